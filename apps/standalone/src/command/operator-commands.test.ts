import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  authenticate,
  closeRooms,
  createRoom,
  getApplicationDetails,
  getRoomInfo,
  listOrgTokens,
  type RoomsContext,
} from "@roombridge/rooms";
import { createTestDatabase, openTestRooms, TEST_REGION, type TestDatabase } from "@roombridge/testing";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { temporaryDirectory } from "../../test/temporary-directory.ts";
import { ORGANIZATION } from "../demo.ts";
import { parseCommandEnv } from "../env.ts";
import { afterRestore } from "./after-restore.ts";
import { appCreate, appDelete, appList, appRotateSecret } from "./app.ts";
import { applyCommand } from "./apply.ts";
import { migrateCommand } from "./migrate.ts";
import { orgCreate, orgList } from "./org.ts";
import { tokenCreate, tokenList, tokenRevoke } from "./token.ts";

const { orgId } = ORGANIZATION;

let database: TestDatabase;
let rooms: RoomsContext;

beforeAll(async () => {
  database = await createTestDatabase();
  rooms = openTestRooms(database.url);
});

afterAll(async () => {
  await closeRooms(rooms);
  await database.drop();
});

beforeEach(async () => {
  await rooms.database.sql`truncate organizations cascade`;
});

type Command = typeof applyCommand;

/** The lines that a command writes. */
async function run(command: Command, args: readonly string[] = [], variables: Record<string, string> = {}) {
  const lines: string[] = [];
  const env = parseCommandEnv({ DATABASE_URL: database.url, ...variables });
  await command(args, env, (line) => void lines.push(line));
  return lines;
}

function writeConfig(content: object): string {
  const file = join(temporaryDirectory(), "roombridge.json");
  writeFileSync(file, JSON.stringify(content));
  return file;
}

describe("token", () => {
  test("create prints a token that is valid at once, and nothing else", async () => {
    const [token = "", ...rest] = await run(tokenCreate, [
      "--name",
      "ci",
      "--scopes",
      "builds:read-write, processes:read",
    ]);
    expect(rest).toEqual([]);
    expect(await authenticate(rooms, token)).toMatchObject({ orgId, scopes: ["builds:read-write", "processes:read"] });
    const [all = ""] = await run(tokenCreate, ["--name", "all"]);
    expect(await authenticate(rooms, all)).toMatchObject({ orgId, scopes: null });
    expect(await listOrgTokens(rooms, orgId)).toMatchObject([{ createdBy: "operator" }, { createdBy: "operator" }]);
  });

  test("list tells all but the tokens, and revoke ends one", async () => {
    const [token = ""] = await run(tokenCreate, ["--name", "a name"]);
    const [line = "", ...others] = await run(tokenList);
    expect(others).toEqual([]);
    const [id = "", , ...words] = line.split("\t");
    expect(words).toEqual(["active", "admin", `…${token.slice(-4)}`, '"a name"']);
    expect(line).not.toContain(token.slice(0, 30));
    expect(await run(tokenRevoke, ["--id", id])).toEqual([`${id} is revoked`]);
    await expect(authenticate(rooms, token)).rejects.toMatchObject({ code: "unauthenticated" });
    expect((await run(tokenList)).join()).toMatch(/\trevoked 2\d{3}-/);
  });

  test.each<[string, Command, string[], RegExp]>([
    ["a name is missing", tokenCreate, [], /--name/],
    [
      "a scope is unknown",
      tokenCreate,
      ["--name", "x", "--scopes", "rooms:read"],
      /--scopes must be admin, or some of/,
    ],
    ["a token is not named", tokenRevoke, [], /--id is missing/],
    ["a token is unknown", tokenRevoke, ["--id", "org-token-x"], /no token org-token-x/],
    ["the name is taken", tokenCreate, ["--name", "twice"], /another token of the organisation has this name/],
  ])("is refused when %s", async (_, command, args, message) => {
    await run(tokenCreate, ["--name", "twice"]);
    await expect(run(command, args)).rejects.toThrow(message);
  });
});

describe("org and app", () => {
  test("another organisation has tokens and applications of its own", async () => {
    const [other = ""] = await run(orgCreate, ["--name", "studio"]);
    const [token = ""] = await run(tokenCreate, ["--name", "ci", "--org", other]);
    expect(await authenticate(rooms, token)).toMatchObject({ orgId: other });
    const [appId = ""] = await run(appCreate, ["--name", "arena", "--org", other]);
    expect(await run(appList, ["--org", other])).toEqual([expect.stringMatching(`^${appId}\t`)]);
    expect(await run(appList)).toEqual([]);
    await expect(run(appDelete, ["--app", appId])).rejects.toThrow(`no application ${appId}`);
    await expect(run(appRotateSecret, ["--app", appId])).rejects.toThrow(`no application ${appId}`);
    expect(await run(orgList)).toEqual([expect.stringMatching(`^${other}\t\\S+\t1 applications\t1 tokens\t"studio"$`)]);
  });

  test("delete ends an application with its rooms", async () => {
    const [appId = ""] = await run(appCreate, ["--name", "arena"]);
    const application = { appId, orgId };
    const { roomId } = await createRoom(rooms, { application, region: TEST_REGION, needsProcess: false });
    expect(await run(appDelete, ["--app", appId])).toEqual([`${appId} is deleted`]);
    expect(await run(appList)).toEqual([]);
    await expect(getRoomInfo(rooms, appId, roomId)).resolves.toMatchObject({ state: "destroyed" });
  });

  test("rotate-secret gives another secret, which it prints", async () => {
    const [appId = ""] = await run(appCreate, ["--name", "arena"]);
    const before = await getApplicationDetails(rooms, { orgId }, appId);
    const [secret = "", ...rest] = await run(appRotateSecret, ["--app", appId]);
    expect(rest).toEqual([]);
    expect(secret).toMatch(/^secret-[\w-]{43}$/);
    expect(secret).not.toBe(before.appSecret);
    expect((await getApplicationDetails(rooms, { orgId }, appId)).appSecret).toBe(secret);
  });

  test.each<[string, Command, string[], RegExp]>([
    ["an organisation has no name", orgCreate, [], /--name must be 1 to 100/],
    ["an organisation is unknown", tokenCreate, ["--name", "ci", "--org", "org-x"], /no organisation org-x/],
    ["an application has no name", appCreate, [], /--name: /],
    ["its name is no name", appCreate, ["--name", "A b"], /--name: /],
    ["an application is not named", appDelete, [], /--app is missing/],
    ["an application is unknown", appRotateSecret, ["--app", "app-x"], /no application app-x/],
  ])("is refused when %s", async (_, command, args, message) => {
    await expect(run(command, args)).rejects.toThrow(message);
  });
});

test("db after-restore changes nothing on the server that wrote the events", async () => {
  expect(await run(afterRestore)).toEqual([expect.stringMatching(/^nothing to do/)]);
});

describe("apply", () => {
  const content = { applications: [{ appId: "app-1", appName: "arena" }] };

  test("tells what it does, or would do, and what it leaves alone", async () => {
    await run(tokenCreate, ["--name", "mine"]);
    const variables = { ROOMBRIDGE_CONFIG: writeConfig(content) };
    const left = expect.stringMatching(/^not in the file, and stays: token org-token-[\w-]+ \(mine\)$/);
    expect(await run(applyCommand, ["--dry-run"], variables)).toEqual(["would be: application app-1: created", left]);
    expect(await run(applyCommand, [], variables)).toEqual(["application app-1: created", left]);
    expect(await run(applyCommand, [], variables)).toEqual(["nothing to change", left]);
    expect(await run(appList)).toEqual([expect.stringMatching(/^app-1\t\S+\tarena\tno deployment$/)]);
  });

  test("app list names the newest deployment", async () => {
    const deployment = {
      command: "arena",
      containerPort: 8_000,
      transportType: "tcp",
      roomsPerProcess: 1,
      requestedCPU: 1,
      requestedMemoryMB: 512,
    };
    const file = writeConfig({ applications: [{ appId: "app-1", appName: "arena", deployment }] });
    await run(applyCommand, [], { ROOMBRIDGE_CONFIG: file });
    expect(await run(appList)).toEqual([expect.stringMatching(/^app-1\t\S+\tarena\tdep-[\w-]+$/)]);
  });

  test("fails when something could not be done yet; migrate does the rest and says so", async () => {
    const deployment = {
      command: "arena",
      containerPort: 8_000,
      transportType: "tls",
      roomsPerProcess: 1,
      requestedCPU: 1,
      requestedMemoryMB: 512,
    };
    const file = writeConfig({ applications: [{ appId: "app-1", appName: "arena", deployment }] });
    const variables = { ROOMBRIDGE_CONFIG: file };
    const notYet = /application app-1: new deployment of arena: not yet: /;
    expect(await run(migrateCommand, [], variables)).toEqual([
      "the database schema is up to date",
      "application app-1: created",
      expect.stringMatching(notYet),
      `${file} is applied but for that: run roombridge apply again`,
    ]);
    await expect(run(applyCommand, [], variables)).rejects.toThrow(notYet);
  });

  test("needs a file, and one without problems", async () => {
    await expect(run(applyCommand)).rejects.toThrow("set ROOMBRIDGE_CONFIG to the operator's file");
    const variables = { ROOMBRIDGE_CONFIG: writeConfig({ applications: [{ appId: "a b", appName: "A" }] }) };
    await expect(run(applyCommand, [], variables)).rejects.toThrow(
      /applications\.0\.appId: .*\napplications\.0\.appName: /,
    );
    await expect(run(migrateCommand, [], variables)).rejects.toThrow(/applications\.0\.appId: /);
  });
});
