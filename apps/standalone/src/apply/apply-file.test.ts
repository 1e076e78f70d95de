import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  authenticate,
  closeRooms,
  createOrgToken,
  declareOrganization,
  hashToken,
  openHousekeepingLock,
  revokeOrgToken,
  type RoomsContext,
} from "@roombridge/rooms";
import { readOperatorFile } from "@roombridge/service";
import {
  clearRooms,
  createTenant,
  createTestDatabase,
  openTestRooms,
  registerTestHost,
  type TestDatabase,
} from "@roombridge/testing";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { temporaryDirectory } from "../../test/temporary-directory.ts";
import { ORGANIZATION } from "../demo.ts";
import { applyFile } from "./apply-file.ts";

const { orgId } = ORGANIZATION;

let database: TestDatabase;
let rooms: RoomsContext;
let directory: string;

beforeAll(async () => {
  database = await createTestDatabase();
  rooms = openTestRooms(database.url);
});

afterAll(async () => {
  await closeRooms(rooms);
  await database.drop();
});

beforeEach(async () => {
  directory = temporaryDirectory();
  await clearRooms(rooms.database);
  await rooms.database.sql`truncate organizations, hosts cascade`;
});

/** Writes the file and applies it. */
function apply(content: object, { dryRun = false } = {}) {
  const file = join(directory, "roombridge.json");
  writeFileSync(file, JSON.stringify(content));
  return applyFile(readOperatorFile(file), { databaseUrl: database.url, file, dryRun });
}

function writeSecret(name: string): string {
  const secret = randomBytes(24).toString("base64url");
  writeFileSync(join(directory, name), `${secret}\n`);
  return secret;
}

const DEPLOYMENT = {
  command: "arena",
  buildTag: "1.4",
  containerPort: 8_000,
  transportType: "tcp",
  roomsPerProcess: 10,
  requestedCPU: 0.5,
  requestedMemoryMB: 512,
  env: [{ name: "MODE", value: "ranked" }],
};
const APPLICATION = {
  appId: "app-arena",
  appName: "arena",
  authConfiguration: { anonymous: {} },
  serviceConfig: { staticProcessAllocation: [{ region: "Tokyo", minProcesses: 1, maxProcesses: null }] },
  maxProcesses: 8,
  maxRooms: 100,
  playerIceServers: true,
};

async function applicationRow(appId = APPLICATION.appId) {
  const [row] = await rooms.database.sql`
    select app_name as "appName", auth_configuration as "authConfiguration", service_config as "serviceConfig",
           max_processes as "maxProcesses", max_rooms as "maxRooms", player_ice_servers as "playerIceServers",
           app_secret as "appSecret", deleted_at as "deletedAt"
      from applications where app_id = ${appId}`;
  return row;
}

async function deploymentRows(appId = APPLICATION.appId) {
  return [
    ...(await rooms.database.sql`
      select b.command, b.image, b.build_tag as "buildTag", d.warm_processes as "warmProcesses",
             d.max_processes as "maxProcesses", d.rooms_per_process as "roomsPerProcess", d.env
        from deployments d join builds b on b.build_id = d.build_id
       where d.app_id = ${appId} order by d.sequence`),
  ];
}

describe("applications", () => {
  test("are created with all that the file says, and a second time nothing changes", async () => {
    writeSecret("secret");
    const content = { applications: [{ ...APPLICATION, appSecretFile: "secret", deployment: DEPLOYMENT }] };
    const { changes, open } = await apply(content);
    expect(changes).toEqual([
      "application app-arena: created",
      "application app-arena: authConfiguration, serviceConfig, maxProcesses, maxRooms, playerIceServers set",
      "application app-arena: new deployment of arena",
    ]);
    expect(open).toEqual([]);
    const { appId: _, ...expected } = APPLICATION;
    expect(await applicationRow()).toMatchObject(expected);
    expect(await deploymentRows()).toMatchObject([
      { command: "arena", image: null, buildTag: "1.4", roomsPerProcess: 10, env: DEPLOYMENT.env },
    ]);
    expect((await apply(content)).changes).toEqual([]);
    expect(await deploymentRows()).toHaveLength(1);
  });

  test("keep what the file does not say, and lose a limit only to null", async () => {
    await apply({ applications: [APPLICATION] });
    const { appId, appName } = APPLICATION;
    const { appSecret } = (await applicationRow()) ?? {};
    expect((await apply({ applications: [{ appId, appName, maxRooms: null }] })).changes).toEqual([
      "application app-arena: maxRooms set",
    ]);
    expect(await applicationRow()).toMatchObject({
      maxProcesses: 8,
      maxRooms: null,
      playerIceServers: true,
      appSecret,
    });
  });

  test("have the secret of their file, and another one when that changes; no message holds it", async () => {
    const first = writeSecret("secret");
    const content = { applications: [{ ...APPLICATION, appSecretFile: "secret" }] };
    await apply(content);
    expect(await applicationRow()).toMatchObject({ appSecret: first });
    const second = writeSecret("secret");
    const { changes } = await apply(content);
    expect(changes).toEqual(["application app-arena: appSecret set"]);
    expect(await applicationRow()).toMatchObject({ appSecret: second });
  });

  test("are there again after they were deleted", async () => {
    await apply({ applications: [APPLICATION] });
    await rooms.database.sql`update applications set deleted_at = clock_timestamp() where app_id = 'app-arena'`;
    expect((await apply({ applications: [APPLICATION] })).changes).toEqual(["application app-arena: created"]);
    expect(await applicationRow()).toMatchObject({ deletedAt: null, maxRooms: 100 });
  });

  test("may swap their names, or take the one that another gives away", async () => {
    const names = async (...appNames: string[]) => {
      const applications = appNames.map((appName, n) => ({ appId: `app-${n}`, appName }));
      const { changes } = await apply({ applications });
      const rows = await rooms.database.sql<{ appName: string }[]>`
        select app_name as "appName" from applications order by app_id`;
      expect(rows.map(({ appName }) => appName)).toEqual(appNames);
      return changes;
    };
    await names("a", "b", "c");
    expect(await names("b", "a", "c")).toEqual([
      "application app-0: gives its name a away",
      "application app-1: gives its name b away",
      "application app-0: appName set",
      "application app-1: appName set",
    ]);
    await names("a", "c", "d");
    await rooms.database.sql`update applications set deleted_at = clock_timestamp() where app_id = 'app-1'`;
    await names("c", "a", "d");
    expect(await names("c", "a", "d")).toEqual([]);
  });

  test("get a new deployment for other settings, and none for other numbers of processes", async () => {
    const declare = (deployment: object) => apply({ applications: [{ ...APPLICATION, deployment }] });
    await declare(DEPLOYMENT);
    expect((await declare({ ...DEPLOYMENT, warmProcesses: 2, maxProcesses: 5 })).changes).toEqual([
      "application app-arena: maxProcesses 5, warmProcesses 2",
    ]);
    expect(await deploymentRows()).toMatchObject([{ maxProcesses: 5, warmProcesses: 2 }]);
    const { command: _, ...rest } = DEPLOYMENT;
    expect((await declare({ ...rest, image: "ghcr.io/me/arena:2" })).changes).toEqual([
      "application app-arena: new deployment of ghcr.io/me/arena:2",
    ]);
    expect(await deploymentRows()).toMatchObject([
      { command: "arena" },
      { command: null, image: "ghcr.io/me/arena:2" },
    ]);
    expect((await declare(DEPLOYMENT)).changes).toEqual(["application app-arena: new deployment of arena"]);
    expect(await deploymentRows()).toHaveLength(3);
  });

  test("with TLS wait for a host that has a certificate, and nothing else waits with them", async () => {
    const tls = { ...APPLICATION, deployment: { ...DEPLOYMENT, transportType: "tls" } };
    const other = { appId: "app-other", appName: "other", deployment: DEPLOYMENT };
    const first = await apply({ applications: [tls, other] });
    expect(first.open).toEqual([
      expect.stringMatching(/^application app-arena: new deployment of arena: not yet: .*HOST_TLS_CERT_FILE/),
    ]);
    expect(await deploymentRows("app-other")).toHaveLength(1);
    await registerTestHost(rooms.database);
    await rooms.database.sql`update hosts set terminates_tls = true`;
    const second = await apply({ applications: [tls, other] });
    expect(second).toMatchObject({ changes: ["application app-arena: new deployment of arena"], open: [] });
  });
});

describe("tokens", () => {
  test("are valid with their scopes, from a file or by their hash, and stay as they are", async () => {
    const ci = writeSecret("ci");
    const admin = randomBytes(24).toString("base64url");
    const content = {
      tokens: [
        { name: "ci", scopes: ["builds:read-write", "deployments:read"], tokenFile: "ci" },
        { name: "root", scopes: "admin", sha256: hashToken(admin).toString("hex") },
      ],
    };
    expect((await apply(content)).changes).toEqual([
      "token ci: created with builds:read-write, deployments:read",
      "token root: created with admin",
    ]);
    expect(await authenticate(rooms, ci)).toMatchObject({ orgId, scopes: ["builds:read-write", "deployments:read"] });
    expect(await authenticate(rooms, admin)).toMatchObject({ orgId, scopes: null });
    expect((await apply(content)).changes).toEqual([]);
  });

  test("change their scopes and their names", async () => {
    writeSecret("ci");
    await apply({ tokens: [{ name: "ci", scopes: "admin", tokenFile: "ci" }] });
    const { changes } = await apply({ tokens: [{ name: "build", scopes: ["builds:read"], tokenFile: "ci" }] });
    expect(changes).toEqual(["token build: was called ci", "token build: now with builds:read"]);
    const rows = await rooms.database.sql`select name, scopes from org_tokens`;
    expect([...rows]).toEqual([{ name: "build", scopes: ["builds:read"] }]);
  });

  test("whose secret was replaced in the file take the place of the old one, which ends", async () => {
    const old = writeSecret("ci");
    const content = { tokens: [{ name: "ci", scopes: "admin", tokenFile: "ci" }] };
    await apply(content);
    const next = writeSecret("ci");
    expect((await apply(content)).changes).toEqual([
      expect.stringMatching(/^token ci: org-token-[\w-]+ revoked, its secret was replaced$/),
      "token ci: created with admin",
    ]);
    expect(await authenticate(rooms, next)).toMatchObject({ orgId });
    await expect(authenticate(rooms, old)).rejects.toMatchObject({ code: "unauthenticated" });
  });

  test("that were revoked stay so, and that is told", async () => {
    const ci = writeSecret("ci");
    const content = { tokens: [{ name: "ci", scopes: "admin", tokenFile: "ci" }] };
    await apply(content);
    const { orgTokenId } = await authenticate(rooms, ci);
    await revokeOrgToken(rooms, orgId, orgTokenId);
    expect(await apply(content)).toMatchObject({
      changes: [],
      open: [expect.stringMatching(/^token ci: it was revoked/)],
    });
  });
});

test("a dry run tells what would change, and changes nothing", async () => {
  writeSecret("ci");
  const content = {
    applications: [{ ...APPLICATION, deployment: DEPLOYMENT }],
    tokens: [{ name: "ci", scopes: "admin", tokenFile: "ci" }],
  };
  const would = await apply(content, { dryRun: true });
  const { sql } = rooms.database;
  for (const table of ["organizations", "applications", "builds", "deployments", "org_tokens"])
    expect(await sql`select from ${sql(table)}`).toHaveLength(0);
  const did = await apply(content);
  expect(would.changes).toEqual(did.changes);
});

test("what the file does not name stays, and is told", async () => {
  await apply({ applications: [APPLICATION], tokens: [{ name: "ci", scopes: "admin", sha256: "a".repeat(64) }] });
  const { changes, unnamed } = await apply({});
  expect(changes).toEqual([]);
  expect(unnamed).toEqual(["application app-arena (arena)", expect.stringMatching(/^token org-token-[\w-]+ \(ci\)$/)]);
  expect(await applicationRow()).toMatchObject({ deletedAt: null });
});

test("two that apply the same at once do not get in each other's way", async () => {
  writeSecret("ci");
  const content = {
    applications: [{ ...APPLICATION, deployment: DEPLOYMENT }],
    tokens: [{ name: "ci", scopes: "admin", tokenFile: "ci" }],
  };
  const both = await Promise.all([apply(content), apply(content)]);
  expect(new Set(both.map(({ changes }) => changes.length))).toEqual(new Set([0, 4]));
  expect(await deploymentRows()).toHaveLength(1);
});

test("a host that does the housekeeping is not waited for", async () => {
  const lock = openHousekeepingLock(database.url);
  try {
    expect(await lock.tryHold()).toBe(true);
    expect((await apply({ applications: [APPLICATION] })).changes).toHaveLength(2);
  } finally {
    await lock.close();
  }
});

test("all that stands in the way is told at once, and then nothing changes", async () => {
  const stranger = await createTenant(rooms.database);
  await declareOrganization(rooms.database, ORGANIZATION);
  const owner = { orgId, orgTokenId: "operator", scopes: null };
  await createOrgToken(rooms, owner, { name: "taken", scopes: null });
  await apply({ applications: [{ appId: "app-first", appName: "first" }] });
  const content = {
    applications: [
      { appId: stranger.application.appId, appName: "mine" },
      { appId: "app-second", appName: "first" },
    ],
    tokens: [
      { name: "theirs", scopes: "admin", sha256: hashToken(stranger.token).toString("hex") },
      { name: "taken", scopes: "admin", sha256: "b".repeat(64) },
    ],
  };
  await expect(apply(content)).rejects.toThrow(
    new RegExp(
      [
        "^ROOMBRIDGE_CONFIG .*roombridge.json has problems:",
        "applications\\.0\\.appId: another organisation has this application",
        "applications\\.1\\.appName: application app-first has this name",
        "tokens\\.0: another organisation has this token",
        "tokens\\.1\\.name: token org-token-[\\w-]+, which the file did not make, has this name$",
      ].join("\\n"),
    ),
  );
  expect(await applicationRow("app-second")).toBeUndefined();
});

test("files of secrets that cannot be used are told together, without what stands in them", async () => {
  writeFileSync(join(directory, "short"), "hush");
  const content = {
    applications: [{ ...APPLICATION, appSecretFile: "missing" }],
    tokens: [{ name: "ci", scopes: "admin", tokenFile: "short" }],
  };
  const failure = apply(content);
  await expect(failure).rejects.toThrow(
    /applications\.0\.appSecretFile: ENOENT.*\n.*tokens\.0\.tokenFile: .*16 to 512/,
  );
  await expect(failure).rejects.not.toThrow(/hush/);
});
