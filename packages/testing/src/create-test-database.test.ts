import postgres from "postgres";
import { expect, onTestFinished, test } from "vitest";
import { createTestDatabase } from "./create-test-database.ts";

async function database() {
  const created = await createTestDatabase();
  onTestFinished(() => created.drop());
  const sql = postgres(created.url, { max: 1, onnotice: () => {} });
  onTestFinished(() => sql.end({ timeout: 0 }));
  return { ...created, sql };
}

test("a test database is migrated and empty", async () => {
  const { sql } = await database();
  expect(await sql`select count(*)::int as rooms from rooms`).toEqual([{ rooms: 0 }]);
});

test("databases do not see each other, also when made at the same time", async () => {
  const [first, ...others] = await Promise.all([database(), database(), database(), database()]);
  await first.sql`create table mine as select 1 as one`;
  expect(new Set([first, ...others].map(({ url }) => url)).size).toBe(4);
  for (const { sql } of others) expect(await sql`select to_regclass('mine') as mine`).toEqual([{ mine: null }]);
});

test("a database is dropped while somebody is connected, and only once", async () => {
  const { sql, url, drop } = await database();
  await sql`select 1`;
  await drop();
  await drop();
  const late = postgres(url, { max: 1 });
  await expect(late`select 1`).rejects.toMatchObject({ code: "3D000" });
  await late.end({ timeout: 0 });
});
