import { closeRooms, type RoomsContext, type TurnSettings } from "@roombridge/rooms";
import { createTestDatabase, openTestRooms } from "@roombridge/testing";
import { afterAll, beforeAll } from "vitest";

export interface Suite {
  readonly rooms: RoomsContext;
  readonly databaseUrl: string;
}

/** One database for the test file; `rooms` is filled before the first test runs. */
export function useRooms(options: Partial<TurnSettings> = {}): () => Suite {
  let suite: Suite | undefined;
  let drop: (() => Promise<void>) | undefined;
  beforeAll(async () => {
    const database = await createTestDatabase();
    drop = () => database.drop();
    suite = { rooms: openTestRooms(database.url, options), databaseUrl: database.url };
  });
  afterAll(async () => {
    if (suite) await closeRooms(suite.rooms);
    await drop?.();
  });
  return () => {
    if (!suite) throw new Error("the suite has not been set up");
    return suite;
  };
}
