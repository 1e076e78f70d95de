const ROOM_ID = /^[A-Za-z0-9._~-]{1,100}$/;

/** The room that a request path such as `/2swovpy1fnunu?token=x` names; undefined when it names none. */
export function roomIdOf(path: string): string | undefined {
  const [, roomId = ""] = /^\/([^/?]*)(?:\?.*)?$/.exec(path) ?? [];
  return ROOM_ID.test(roomId) ? roomId : undefined;
}

/** Rooms by id; one exists here as long as somebody is in it. */
export class RoomTable<Player> {
  readonly #maxRooms: number;
  readonly #rooms = new Map<string, Set<Player>>();

  constructor(maxRooms: number) {
    this.#maxRooms = maxRooms;
  }

  /** False when this would be one room too many. */
  join(roomId: string, player: Player): boolean {
    const room = this.#rooms.get(roomId);
    if (room === undefined && this.#rooms.size >= this.#maxRooms) return false;
    this.#rooms.set(roomId, (room ?? new Set()).add(player));
    return true;
  }

  leave(roomId: string, player: Player): void {
    const room = this.#rooms.get(roomId);
    room?.delete(player);
    if (room?.size === 0) this.#rooms.delete(roomId);
  }

  list(): { readonly roomId: string; readonly players: number }[] {
    return Array.from(this.#rooms, ([roomId, players]) => ({ roomId, players: players.size }));
  }
}
