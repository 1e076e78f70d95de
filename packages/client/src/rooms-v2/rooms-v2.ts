import { applicationId } from "../application-id.ts";
import type { CallOptions, RepeatableCallOptions } from "../call-options.ts";
import type { HttpTransport } from "../http/http-transport.ts";
import { checkedMs } from "../http/milliseconds.ts";
import { JsonReader } from "../http/json-reader.ts";
import { CHANGE, CREATE, DESTROY, ISSUE, PUBLIC_READ, READ, RESUME, type Operation } from "../http/operation.ts";
import { urlPath, urlQuery } from "../http/url-path.ts";
import { RoombridgeError } from "../roombridge-error.ts";
import type {
  ActiveConnectionInfo,
  ConnectionInfo,
  RoomAllocationData,
  RoomConnectionData,
} from "./connection-info.ts";
import type {
  CreateIceServersParams,
  CredentialList,
  IceServersAnswer,
  RevokeIceServersParams,
} from "./ice-servers.ts";
import { followEvents } from "./follow-events.ts";
import { readConnectionInfo, readRoomAllocationData, readRoomConnectionData } from "./read-connection-info.ts";
import { readCredentialList, readIceServersAnswer } from "./read-ice-servers.ts";
import { readRoom, readRoomPage, readRoomWithoutAllocations } from "./read-room.ts";
import type {
  AllRoomsParams,
  ConnectionInfoOptions,
  CreateRoomOptions,
  CreateRoomParams,
  ListRoomsParams,
  UpdateRoomConfigParams,
  WaitOptions,
} from "./room-params.ts";
import type { RoomEvent, RoomEventsOptions, RoomEventsParams } from "./room-event.ts";
import type { ListedRoom, Room, RoomPage, RoomWithoutAllocations } from "./room.ts";
import { waitUntilActive } from "./wait-until-active.ts";

/** Hathora RoomsV2, the list of an application's rooms, and TURN credentials. Every method throws RoombridgeError. */
export class RoomsV2 {
  readonly #transport: HttpTransport;
  readonly #appId: string | undefined;

  constructor(transport: HttpTransport, appId: string | undefined) {
    this.#transport = transport;
    this.#appId = appId;
  }

  /**
   * Creates a room. `status` is `active` at once when its process runs already; else use `waitUntilActive`. Never repeated
   * by itself: a second request without a roomId would make a second room.
   */
  async createRoom(params: CreateRoomParams, options: CreateRoomOptions = {}): Promise<RoomConnectionData> {
    const query = urlQuery({ roomId: options.roomId });
    const answer = await this.#call(CREATE, `/create${query}`, options, params);
    return readRoomConnectionData(new JsonReader(answer));
  }

  /** The room, for 24 hours after its end as `destroyed`. */
  async getRoomInfo(roomId: string, options: RepeatableCallOptions = {}): Promise<Room> {
    return readRoom(new JsonReader(await this.#call(READ, urlPath`/info/${roomId}`, options)));
  }

  /** Where to connect. Public: works without a token. Wakes a room that `suspendRoom` has suspended. */
  async getConnectionInfo(
    roomId: string,
    { waitSeconds, ...options }: ConnectionInfoOptions = {},
  ): Promise<ConnectionInfo> {
    const path = urlPath`/connectioninfo/${roomId}` + urlQuery({ wait: waitSeconds });
    const answer = await this.#call(PUBLIC_READ, path, options);
    return readConnectionInfo(new JsonReader(answer));
  }

  /**
   * What happens to rooms, for as long as you like: broken connections are made anew and go on where they broke, so nothing is
   * left out. Events are known for 72 h; where older ones would be needed there is one of type `gap`. Roombridge only.
   */
  events(params: RoomEventsParams = {}, options: RoomEventsOptions = {}): AsyncGenerator<RoomEvent, void, undefined> {
    const { roomId, types, lastEventId } = params;
    const { silenceMs = 45_000, ...callOptions } = options;
    const base = urlPath`/rooms/v2/${applicationId(options, this.#appId)}/events`;
    const open = (after: string | undefined) => {
      const path = base + urlQuery({ roomId, types, lastEventId: after });
      return this.#transport.open({ operation: READ, path }, { ...callOptions, retry: false });
    };
    return followEvents({ open, lastEventId, silenceMs: checkedMs("silenceMs", silenceMs), signal: options.signal });
  }

  /** Asks `getConnectionInfo` until players can connect; the server holds its answer back till then. Failures that may pass are waited out. */
  async waitUntilActive(roomId: string, options: WaitOptions = {}): Promise<ActiveConnectionInfo> {
    const poll = (id: string, callOptions: ConnectionInfoOptions) => this.getConnectionInfo(id, callOptions);
    return waitUntilActive(poll, roomId, this.#transport.timeoutMs, options);
  }

  /**
   * Brings a room back that is suspended or has lost its process; same id and config, maybe another process. For an active
   * room just its connection data.
   */
  async resumeRoom(roomId: string, options: RepeatableCallOptions = {}): Promise<RoomAllocationData> {
    const answer = await this.#call(RESUME, urlPath`/resume/${roomId}`, options);
    return readRoomAllocationData(new JsonReader(answer));
  }

  /** Takes the room off its process and its players off the relay, until it is resumed. */
  async suspendRoom(roomId: string, options: RepeatableCallOptions = {}): Promise<void> {
    await this.#call(CHANGE, urlPath`/suspend/${roomId}`, options);
  }

  /** Replaces the room config. A running game server is not told: it reads the room. */
  async updateRoomConfig(
    roomId: string,
    params: UpdateRoomConfigParams,
    options: RepeatableCallOptions = {},
  ): Promise<void> {
    await this.#call(CHANGE, urlPath`/update/${roomId}`, options, params);
  }

  /**
   * Ends the room. A second call answers 404, or ends a new room that has taken the id meanwhile; therefore only a 429 is
   * repeated by itself.
   */
  async destroyRoom(roomId: string, options: RepeatableCallOptions = {}): Promise<void> {
    await this.#call(DESTROY, urlPath`/destroy/${roomId}`, options);
  }

  /** The rooms on a process; a game server asks this about itself. */
  async getActiveRoomsForProcess(
    processId: string,
    options: RepeatableCallOptions = {},
  ): Promise<RoomWithoutAllocations[]> {
    const answer = await this.#call(READ, urlPath`/list/${processId}/active`, options);
    return JsonReader.list(answer).map(readRoomWithoutAllocations);
  }

  /** The rooms that were on a process and no longer are. */
  async getInactiveRoomsForProcess(
    processId: string,
    options: RepeatableCallOptions = {},
  ): Promise<RoomWithoutAllocations[]> {
    const answer = await this.#call(READ, urlPath`/list/${processId}/inactive`, options);
    return JsonReader.list(answer).map(readRoomWithoutAllocations);
  }

  /** One page of the live rooms of the application, newest first. Roombridge only: Hathora has no such list. */
  async listRooms(params: ListRoomsParams = {}, options: RepeatableCallOptions = {}): Promise<RoomPage> {
    const { states, regions, limit, cursor } = params;
    const query = urlQuery({ state: states, region: regions, limit, cursor });
    return readRoomPage(new JsonReader(await this.#call(READ, `/list${query}`, options)));
  }

  /** All live rooms of the application, newest first, a page per request. `timeoutMs` is for each page. */
  async *allRooms(
    { states, regions, pageSize: limit }: AllRoomsParams = {},
    options: RepeatableCallOptions = {},
  ): AsyncGenerator<ListedRoom, void, undefined> {
    let cursor: string | undefined;
    do {
      const { rooms, nextCursor } = await this.listRooms({ states, regions, limit, cursor }, options);
      yield* rooms;
      if (nextCursor !== null && nextCursor === cursor) {
        throw new RoombridgeError("invalid_response", "answer.nextCursor is that of the page before");
      }
      cursor = nextCursor ?? undefined;
    } while (cursor !== undefined);
  }

  /**
   * A TURN credential: a new one for the player, or the room's own one, renewed if that is due. Roombridge only. Only a 429 is
   * repeated by itself: of a player's credentials just the four newest open sessions.
   */
  async createIceServers(
    roomId: string,
    params: CreateIceServersParams = {},
    options: RepeatableCallOptions = {},
  ): Promise<IceServersAnswer> {
    return readIceServersAnswer(
      new JsonReader(await this.#call(ISSUE, urlPath`/iceservers/${roomId}`, options, params)),
    );
  }

  /** The room's TURN credentials without their passwords, and what went through the relays. Roombridge only. */
  async listIceServers(roomId: string, options: RepeatableCallOptions = {}): Promise<CredentialList> {
    return readCredentialList(new JsonReader(await this.#call(READ, urlPath`/iceservers/${roomId}`, options)));
  }

  /**
   * Revokes one TURN credential, those of a player, or with `{}` those of the whole room: no new session, and running ones are
   * cut. The room's own credential is replaced by a new one. Answers how many it were. Roombridge only.
   */
  async revokeIceServers(
    roomId: string,
    params: RevokeIceServersParams,
    options: RepeatableCallOptions = {},
  ): Promise<number> {
    const answer = await this.#call(RESUME, urlPath`/iceservers/${roomId}/revoke`, options, params);
    return new JsonReader(answer).integer("revoked");
  }

  async #call(operation: Operation, path: string, options: CallOptions, body?: object): Promise<unknown> {
    const base = urlPath`/rooms/v2/${applicationId(options, this.#appId)}`;
    return this.#transport.call({ operation, path: base + path, body }, options);
  }
}
