import { randomBytes } from "node:crypto";
import { closeRooms, createRoom, openDatabase } from "@roombridge/rooms";
import { createTenant, createTestDatabase, openTestRooms, TEST_REGION, type TestDatabase } from "@roombridge/testing";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { parseDoctorEnv } from "../env.ts";
import { doctor } from "./doctor.ts";

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});

afterAll(() => database.drop());

/** The lines that it writes, and the error that it ends with. */
async function run(args: readonly string[] = [], variables: Record<string, string> = {}) {
  const lines: string[] = [];
  const env = parseDoctorEnv({ DATABASE_URL: database.url, ...variables });
  const error = await doctor(args, env, (line) => void lines.push(line)).catch((caught: unknown) => caught);
  return { text: lines.join("\n"), error };
}

test("tells each thing in a line, with what to do where something is wrong, and fails", async () => {
  const { text, error } = await run(["--certificate", "/nowhere/cert.pem"]);
  expect(text).toMatch(/^ok {4}database {6}PostgreSQL \d+/m);
  expect(text).toMatch(/^ok {4}schema/m);
  expect(text).toMatch(/^ok {4}notify {8}notifications come through DATABASE_URL$/m);
  expect(text).toMatch(/^fail {2}housekeeping {2}nobody .*\n {20}-> start a host$/m);
  expect(text).toMatch(/^fail {2}certificates {2}\/nowhere\/cert\.pem: .*ENOENT/m);
  expect(error).toMatchObject({ message: expect.stringMatching(/^\d+ of \d+ findings are failures$/) });
  expect(text).not.toContain(new URL(database.url).password);
});

test("--json is for machines, and names the keys of live credentials that nobody has any more", async () => {
  const rooms = openTestRooms(database.url, { keys: [{ id: "old", key: randomBytes(32) }] });
  onTestFinished(() => closeRooms(rooms));
  const { application } = await createTenant(rooms.database);
  await createRoom(rooms, { application, region: TEST_REGION, needsProcess: false });
  const key = randomBytes(32).toString("base64");
  const { text } = await run(["--json"], { TURN_CREDENTIAL_KEYS: `new:${key}` });
  expect(text).not.toContain(key);
  const { checkedAt, findings } = JSON.parse(text);
  expect(Date.parse(checkedAt)).toBeGreaterThan(0);
  expect(findings).toContainEqual(
    expect.objectContaining({ level: "fail", check: "keys", message: expect.stringContaining("the key old") }),
  );
});

test("a database without tables, or none at all, ends the examination with one finding about that", async () => {
  const opened = openDatabase({ url: database.url, applicationName: "test" });
  onTestFinished(() => opened.close());
  const { sql } = opened;
  await sql`alter schema drizzle rename to elsewhere`;
  const empty = await run();
  await sql`alter schema elsewhere rename to drizzle`;
  expect(empty.text).toMatch(/^fail {2}schema {8}there is no schema\n {20}-> run roombridge migrate/m);
  expect(empty.text).not.toContain("hosts");
  const nowhere = await run([], { DATABASE_URL: "postgres://me:hush-hush@127.0.0.1:1/x" });
  expect(nowhere.text).toMatch(/^fail {2}database {6}cannot be looked at: .*ECONNREFUSED/);
  expect(nowhere.text.split("\n")).toHaveLength(2);
  expect(nowhere.text).not.toContain("hush-hush");
});
