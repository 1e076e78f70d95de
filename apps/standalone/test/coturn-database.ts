import { randomBytes } from "node:crypto";
import { closeRooms, grantCoturnAccess, type RoomsContext, type TurnSettings } from "@roombridge/rooms";
import { createTestDatabase, openTestRooms } from "@roombridge/testing";

/** A database of its own with rooms, and a role with which a coturn may read its views. */
export interface CoturnTestDatabase extends AsyncDisposable {
  readonly rooms: RoomsContext;
  readonly url: string;
  readonly role: string;
  readonly password: string;
}

export async function createCoturnDatabase(turn: Partial<TurnSettings> = {}): Promise<CoturnTestDatabase> {
  const database = await createTestDatabase();
  const rooms = openTestRooms(database.url, turn);
  const { sql } = rooms.database;
  const role = `coturn_ro_${randomBytes(4).toString("hex")}`;
  const password = randomBytes(16).toString("base64url");
  await grantCoturnAccess(sql, { role, password });
  return {
    ...{ rooms, url: database.url, role, password },
    [Symbol.asyncDispose]: async () => {
      await sql`drop owned by ${sql(role)}`;
      await sql`drop role ${sql(role)}`;
      await closeRooms(rooms);
      await database.drop();
    },
  };
}
