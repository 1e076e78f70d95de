import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { authenticate, closeRooms, getApplication, openDatabase, type Database } from "@roombridge/rooms";
import { createTestDatabase, openTestRooms } from "@roombridge/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import { roombridge } from "../test/roombridge.ts";
import { temporaryDirectory } from "../test/temporary-directory.ts";

const PASSWORD = "a password, of coturn's";

describe("migrate", () => {
  test("creates the token and the application that are set, and may be repeated", async () => {
    const url = await database();
    const token = `token-${randomUUID()}`;
    const appId = `app-${randomUUID()}`;
    const variables = { DATABASE_URL: url, ROOMBRIDGE_DEV_TOKEN: token, ROOMBRIDGE_APP_ID: appId };
    for (const _ of ["once", "again"]) {
      const { code, stdout } = await roombridge(["migrate"], variables);
      expect(code).toBe(0);
      expect(stdout).toContain("up to date");
      expect(stdout).not.toContain(token);
    }
    const rooms = openTestRooms(url);
    onTestFinished(() => closeRooms(rooms));
    expect(await getApplication(rooms, await authenticate(rooms, token), appId)).toMatchObject({ appId });
  });

  test("creates nothing when nothing is set", async () => {
    const url = await database();
    expect(await roombridge(["migrate"], { DATABASE_URL: url })).toMatchObject({ code: 0 });
    const { sql } = connect(url);
    expect(await sql`select from organizations`).toHaveLength(0);
  });

  test("finds the database of npm start through its data directory", async () => {
    const dataDir = temporaryDirectory();
    writeFileSync(join(dataDir, "database-url"), await database());
    expect(await roombridge(["migrate"], { ROOMBRIDGE_DATA_DIR: dataDir })).toMatchObject({ code: 0 });
  });

  test("an unreachable database is told without its password", async () => {
    const { code, stderr } = await roombridge(["migrate"], { DATABASE_URL: "postgres://me:hush-hush@127.0.0.1:1/x" });
    expect(code).toBe(1);
    expect(stderr).toContain("ECONNREFUSED");
    expect(stderr).not.toContain("hush-hush");
  });
});

describe("db coturn-access", () => {
  test("creates a role that logs in with the password and reads the views, and nothing else", async () => {
    const url = await database();
    const role = `coturn_${randomUUID().slice(0, 8)}`;
    const variables = { DATABASE_URL: url, COTURN_DB_PASSWORD: PASSWORD };
    expect(await roombridge(["db", "coturn-access", "--role", role], variables)).toMatchObject({ code: 0 });
    onTestFinished(() => dropRole(url, role));
    const asCoturn = new URL(url);
    asCoturn.username = role;
    asCoturn.password = encodeURIComponent(PASSWORD);
    const { sql } = connect(asCoturn.href);
    expect(await sql`select * from coturn.turnusers_lt`).toHaveLength(0);
    await expect(sql`select * from rooms`).rejects.toThrow(/permission denied|does not exist/);
  });

  test("--print shows the SQL without the password and without a database", async () => {
    const { code, stdout } = await roombridge(["db", "coturn-access", "--print"], {
      DATABASE_URL: "postgres://me:hush-hush@127.0.0.1:1/mydb",
      COTURN_DB_PASSWORD: PASSWORD,
    });
    expect(code).toBe(0);
    expect(stdout).toContain('grant connect on database "mydb" to "coturn_ro";');
    expect(stdout).not.toMatch(/hush-hush|of coturn's/);
  });

  test("asks for the password", async () => {
    const { code, stderr } = await roombridge(["db", "coturn-access"], { DATABASE_URL: "postgres://127.0.0.1:1/x" });
    expect(code).toBe(1);
    expect(stderr).toContain("COTURN_DB_PASSWORD");
  });
});

test.each([
  [[], "a command is missing"],
  [["dance"], 'unknown command "dance"'],
  [["db"], 'unknown command "db"'],
  [["turn"], 'unknown command "turn"'],
  [["admin"], 'unknown command "admin"'],
  [["admin", "app", "drop"], 'unknown command "app drop"'],
  [["turn", "off"], 'unknown command "turn off"'],
  [["turn", "config", "--coturn-version", "4.5.2"], "--coturn-version"],
  [["turn", "config"], "no turnserver here"],
  [["turn", "rotate-secret", "--overlap", "soon"], "--overlap"],
  [["turn", "rotate-secret", "--at", "tomorrow"], "--at"],
  [["turn", "rotate-secret", "--at", "2100-01-01T00:00"], "--at"],
  [["turn", "rotate-secret", "--at", "2000-01-01T00:00:00Z"], "--at must not be in the past"],
  [["migrate", "--fast"], "--fast"],
  [["migrate", "now"], "now"],
  [["db", "coturn-access", "--connections", "0"], "--connections"],
])("wrong usage %j is explained, with exit code 2", async (args, explanation) => {
  const { code, stdout, stderr } = await roombridge(args, { COTURN_DB_PASSWORD: PASSWORD });
  expect(code).toBe(2);
  expect(stdout).toBe("");
  expect(stderr).toContain(explanation);
  expect(stderr).toContain("usage: roombridge <command>");
});

test("help goes to standard output, with exit code 0", async () => {
  const { code, stdout } = await roombridge(["help"], {});
  expect(code).toBe(0);
  expect(stdout).toContain("roombridge <command>");
});

test("all wrong variables are told at once", async () => {
  const { code, stderr } = await roombridge(["migrate"], { DATABASE_URL: "x", ROOMBRIDGE_APP_ID: "no good" });
  expect(code).toBe(1);
  expect(stderr).toMatch(/DATABASE_URL[^]*ROOMBRIDGE_APP_ID|ROOMBRIDGE_APP_ID[^]*DATABASE_URL/);
});

async function database(): Promise<string> {
  const { url, drop } = await createTestDatabase();
  onTestFinished(drop);
  return url;
}

function connect(url: string): Database {
  const opened = openDatabase({ url, applicationName: "test" });
  onTestFinished(() => opened.close());
  return opened;
}

async function dropRole(url: string, role: string): Promise<void> {
  const { sql } = connect(url);
  await sql`drop owned by ${sql(role)}`;
  await sql`drop role ${sql(role)}`;
}
