import type { Database } from "./database.ts";
import { retryConflicts } from "./retry-conflicts.ts";

/** Suspends the live room of this id, or leaves it so; false when there is none. */
export async function suspendRoomById({ sql }: Database, appId: string, roomId: string): Promise<boolean> {
  const [row] = await retryConflicts(() => sql<{ done: boolean }[]>`select suspend_room(${appId}, ${roomId}) as done`);
  return row?.done ?? false;
}
