import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { MIGRATIONS_FOLDER } from "@roombridge/models/db";
import { createTestDatabase } from "@roombridge/testing";
import { expect, onTestFinished, test } from "vitest";
import { checkSchema, migrate, openDatabase } from "../index.ts";

async function database() {
  const { url, drop } = await createTestDatabase();
  const opened = openDatabase({ url, applicationName: "test" });
  onTestFinished(async () => {
    await opened.close();
    await drop();
  });
  return { url, opened };
}

test("migrating again, and twice at once, does no harm", async () => {
  const { url, opened } = await database();
  await Promise.all([migrate(url), migrate(url)]);
  await checkSchema(opened);
});

test("migrating twice at once from nothing applies each file once", async () => {
  const { url, opened } = await database();
  await opened.sql`drop schema public cascade`;
  await opened.sql`drop schema coturn cascade`;
  await opened.sql`drop schema drizzle cascade`;
  await opened.sql`create schema public`;
  await expect(checkSchema(opened)).rejects.toThrow("roombridge migrate");
  await Promise.all([migrate(url), migrate(url), migrate(url)]);
  await checkSchema(opened);
});

test("an older schema is refused with the command that mends it", async () => {
  const { opened } = await database();
  await opened.sql`delete from drizzle.__drizzle_migrations where created_at = (select max(created_at) from drizzle.__drizzle_migrations)`;
  await expect(checkSchema(opened)).rejects.toThrow("run `roombridge migrate` first");
});

test("each migration is younger than the one before it: an older one would be passed over where that one has run", async () => {
  const text = await readFile(join(MIGRATIONS_FOLDER, "meta", "_journal.json"), "utf8");
  const { entries } = JSON.parse(text) as { entries: { idx: number; when: number; tag: string }[] };
  expect(entries.length).toBeGreaterThan(5);
  expect(entries.map(({ tag }) => tag)).toEqual(entries.toSorted((a, b) => a.when - b.when).map(({ tag }) => tag));
  expect(entries.map(({ idx, tag }) => `${String(idx).padStart(4, "0")}_`.concat(tag.slice(5)))).toEqual(
    entries.map(({ tag }) => tag),
  );
});
