import type { RoombridgeClient } from "@roombridge/client";
import { allocate, type Allocation } from "@roombridge/testing/turn";

/** Relay sessions of one room, each with a player's credential of its own. */
export interface RoomSessions {
  readonly roomId: string;
  /** Over TCP, where the end of a session is an event: coturn closes the connection. */
  readonly tcp: Allocation;
  /** Over UDP, where it is silence: `sender` relays to `receiver`. */
  readonly sender: Allocation;
  readonly receiver: Allocation;
}

export interface Sessions {
  /** Relay sessions in all. */
  readonly count: number;
  readonly rooms: readonly RoomSessions[];
  close(): Promise<void>;
}

/** Rooms whose sessions are opened at the same time. */
const AT_ONCE = 8;
/** Sessions per room besides the three that are measured. */
const OTHERS = 7;

/** Opens at least as many sessions as wanted, ten per room, in as many rooms as that takes. */
export async function openSessions(options: {
  readonly client: RoombridgeClient;
  readonly relay: { readonly host: string; readonly port: number };
  readonly sessions: number;
}): Promise<Sessions> {
  const { client, relay, sessions } = options;
  const wanted = Math.ceil(sessions / (3 + OTHERS));
  const rooms: RoomSessions[] = [];
  const others: Allocation[] = [];
  const open = async (roomId: string, playerId: string, transport: "udp" | "tcp"): Promise<Allocation> => {
    const { username, password } = await client.roomsV2.createIceServers(roomId, { playerId });
    const allocation = await allocate({ ...relay, transport, username, password });
    if (!allocation.ok) throw new Error(`coturn refuses a session: ${allocation.code}`);
    return allocation;
  };
  const openRoom = async (): Promise<void> => {
    const { roomId } = await client.roomsV2.createRoom({ region: "Tokyo" });
    const [tcp, sender, receiver] = await Promise.all([
      open(roomId, "tcp", "tcp"),
      open(roomId, "sender", "udp"),
      open(roomId, "receiver", "udp"),
    ]);
    await receiver.createPermission(sender.relayed.address);
    await sender.createPermission(receiver.relayed.address);
    rooms.push({ roomId, tcp, sender, receiver });
    for (let n = 0; n < OTHERS; n += 1) others.push(await open(roomId, `other-${n}`, n % 2 === 0 ? "udp" : "tcp"));
  };
  let begun = 0;
  const work = async (): Promise<void> => {
    while (begun < wanted) {
      begun += 1;
      await openRoom();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  const all = [...others, ...rooms.flatMap(({ tcp, sender, receiver }) => [tcp, sender, receiver])];
  return {
    count: all.length,
    rooms,
    close: async () => {
      for (const allocation of all) allocation.abandon();
    },
  };
}
