import type { CallOptions, HttpTransport } from "./http-transport.ts";
import { readConnectionInfo, readRoom, readRoomConnectionData } from "./read-answers.ts";
import { RoombridgeError } from "./roombridge-error.ts";
import type {
  ActiveConnectionInfo,
  ConnectionInfo,
  CreateRoomParams,
  Room,
  RoomConnectionData,
} from "./rooms-v2-answers.ts";
import { encodeText } from "./encode-text.ts";
import { pause } from "./pause.ts";

export interface RoomCallOptions extends CallOptions {
  /** Overrides the client's own application. */
  readonly appId?: string | undefined;
}

export interface CreateRoomOptions extends RoomCallOptions {
  /** 1 to 100 of `A-Z a-z 0-9 _ -`; the server chooses one when absent. */
  readonly roomId?: string | undefined;
}

export interface WaitOptions extends RoomCallOptions {
  /** For the whole wait. Default 120,000: a game server has 100 s to bind its port. */
  readonly timeoutMs?: number | undefined;
  /** Default 500. A longer `Retry-After` of the server wins. */
  readonly pollIntervalMs?: number | undefined;
}

/** Hathora RoomsV2. Every method throws RoombridgeError. */
export class RoomsV2 {
  readonly #transport: HttpTransport;
  readonly #appId: string | undefined;

  constructor(transport: HttpTransport, appId: string | undefined) {
    this.#transport = transport;
    this.#appId = appId;
  }

  /** Creates a room. `status` is `active` at once when its process runs already; else use `waitUntilActive`. */
  async createRoom(params: CreateRoomParams, options: CreateRoomOptions = {}): Promise<RoomConnectionData> {
    const query = options.roomId === undefined ? "" : `?roomId=${encodeText(options.roomId)}`;
    const path = `${this.#basePath(options)}/create${query}`;
    const answer = await this.#transport.call({
      ...callOptions(options),
      method: "POST",
      path,
      body: params,
      needsToken: true,
      expectedStatus: 201,
    });
    return readRoomConnectionData(answer);
  }

  /** The room, for 24 hours after its end as `destroyed`. */
  async getRoomInfo(roomId: string, options: RoomCallOptions = {}): Promise<Room> {
    const path = `${this.#basePath(options)}/info/${encodeText(roomId)}`;
    return readRoom(
      await this.#transport.call({
        ...callOptions(options),
        method: "GET",
        path,
        needsToken: true,
        expectedStatus: 200,
      }),
    );
  }

  /** Where to connect. Public: works without a token. */
  async getConnectionInfo(roomId: string, options: RoomCallOptions = {}): Promise<ConnectionInfo> {
    const path = `${this.#basePath(options)}/connectioninfo/${encodeText(roomId)}`;
    return readConnectionInfo(
      await this.#transport.call({
        ...callOptions(options),
        method: "GET",
        path,
        needsToken: false,
        expectedStatus: 200,
      }),
    );
  }

  /** Ends the room. Repeating it answers 404. */
  async destroyRoom(roomId: string, options: RoomCallOptions = {}): Promise<void> {
    const path = `${this.#basePath(options)}/destroy/${encodeText(roomId)}`;
    await this.#transport.send({
      ...callOptions(options),
      method: "POST",
      path,
      needsToken: true,
      expectedStatus: 204,
    });
  }

  /** Polls `getConnectionInfo` until players can connect; failures that may pass are waited out. */
  async waitUntilActive(roomId: string, options: WaitOptions = {}): Promise<ActiveConnectionInfo> {
    const { timeoutMs = 120_000, pollIntervalMs = 500, signal, appId } = options;
    const endsAt = performance.now() + timeoutMs;
    for (let pauseMs = pollIntervalMs; ;) {
      const leftMs = Math.ceil(endsAt - performance.now());
      if (leftMs <= 0) throw new RoombridgeError("timeout", `room ${roomId} was not active within ${timeoutMs} ms`);
      try {
        const info = await this.getConnectionInfo(roomId, { appId, signal, timeoutMs: leftMs });
        if (info.exposedPort) return { ...info, exposedPort: info.exposedPort };
        pauseMs = pollIntervalMs;
      } catch (error) {
        if (!RoombridgeError.isInstance(error) || !error.isRetryable) throw error;
        pauseMs = Math.max(pollIntervalMs, (error.retryAfterSeconds ?? 0) * 1000);
      }
      await pause(Math.min(pauseMs, Math.max(0, endsAt - performance.now())), signal);
    }
  }

  #basePath({ appId = this.#appId }: RoomCallOptions): string {
    if (appId === undefined)
      throw new RoombridgeError("invalid_argument", "appId is missing: give it to the client or the call");
    return `/rooms/v2/${encodeText(appId)}`;
  }
}

function callOptions({ signal, timeoutMs }: CallOptions): CallOptions {
  return { signal, timeoutMs };
}
