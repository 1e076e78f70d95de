import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { closeRooms, createRoom, openDatabase, rotateTurnSecret } from "@roombridge/rooms";
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

test("asks the gateways that it is told of whether they are ready", async () => {
  let status = 200;
  const server = createServer(({ url }, response) => void response.writeHead(url === "/readyz" ? status : 404).end());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const url = `http://me:hush-hush@127.0.0.1:${port}`;
  expect((await run(["--gateway", url])).text).toMatch(/^ok {4}gateway .*127\.0\.0\.1:\d+ is ready$/m);
  status = 503;
  const draining = await run(["--gateway", url]);
  expect(draining.text).toMatch(/^fail {2}gateway .*127\.0\.0\.1:\d+ is draining, or does not reach its database$/m);
  server.close();
  server.closeAllConnections();
  await once(server, "close");
  const { text } = await run(["--gateway", url]);
  expect(text).toMatch(/^fail {2}gateway .* cannot be reached: .*ECONNREFUSED/m);
  expect(text).not.toContain("hush-hush");
  expect((await run(["--gateway", "gateway:8080"])).error).toMatchObject({ name: "UsageError" });
});

test("with TURN_MODE=rest looks at the shared secrets, and shows none", async () => {
  const rest = { TURN_MODE: "rest", TURN_REALM: "here" };
  expect((await run([], rest)).text).toMatch(/^fail {2}secrets .*realm here has no shared secret/m);
  const opened = openDatabase({ url: database.url, applicationName: "test" });
  onTestFinished(() => opened.close());
  const value = randomBytes(32).toString("base64url");
  await rotateTurnSecret(opened, { realm: "here", value, overlapSeconds: 0 });
  const stored = await run([], rest);
  expect(stored.text).toMatch(/^ok {4}secrets .*the secret of realm here issues/m);
  expect((await run([], { ...rest, TURN_REST_SECRET: value })).text).toMatch(
    /^ok {4}secrets .*TURN_REST_SECRET issues/m,
  );
  const other = await run([], { ...rest, TURN_REST_SECRET: "another-secret-of-forty-characters-at-all" });
  expect(other.text).toMatch(/^warn {2}secrets .*is none of the secrets of realm here/m);
  for (const { text } of [stored, other])
    for (const secret of [value, "another-secret"]) expect(text).not.toContain(secret);
});
