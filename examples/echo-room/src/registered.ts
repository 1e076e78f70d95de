import { registerServer, RoombridgeClient, type StaticServer } from "@roombridge/client";
import type { Registration } from "./env.ts";
import type { Identity } from "./identity.ts";

/** As the gateway tells it with which this server registers itself: rooms that are placed here, with their config. */
export class Registered implements Identity {
  readonly region: string;
  readonly #registration: Registration;
  #server: StaticServer | undefined;

  constructor(registration: Registration) {
    this.#registration = registration;
    this.region = registration.region;
  }

  get processId(): string | null {
    return this.#server?.processId ?? null;
  }

  async configOf(roomId: string): Promise<string | null | undefined> {
    // A player may come before the heartbeat that tells of the room.
    if (!this.#server?.rooms.has(roomId)) await this.#server?.refresh();
    return this.#server?.rooms.get(roomId)?.roomConfig;
  }

  /** `onStop` is called when this server shall end. Throws RoombridgeError. */
  async register(
    { tcp, udp, maxRooms }: { readonly tcp: number; readonly udp: number; readonly maxRooms: number },
    onStop: () => void,
  ): Promise<void> {
    const { serverUrl, token, appId, name, region, publicHost: host } = this.#registration;
    this.#server = await registerServer(new RoombridgeClient({ serverUrl, token, appId }), {
      name,
      region,
      exposedPort: { host, port: tcp, transportType: "tcp" },
      additionalExposedPorts: [{ host, port: udp, transportType: "udp", name: "udp" }],
      roomsPerProcess: maxRooms,
      onRoomAdded: ({ roomId }) => say(`room ${roomId} is here`),
      onRoomRemoved: ({ roomId }) => say(`room ${roomId} is gone`),
      onError: ({ message }) => say(message),
      onStop(reason) {
        say(`shall stop: ${reason}`);
        onStop();
      },
    });
  }

  async close(): Promise<void> {
    await this.#server?.close();
  }
}

function say(text: string): void {
  process.stdout.write(`echo-room ${text}\n`);
}
