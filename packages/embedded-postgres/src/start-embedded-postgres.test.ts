import { once } from "node:events";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { chown, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import postgres from "postgres";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  type EmbeddedPostgres,
  EmbeddedPostgresError,
  removeEmbeddedPostgres,
  startEmbeddedPostgres,
} from "./index.ts";
import { serverProcesses } from "./server-processes.ts";

const isRoot = process.getuid?.() === 0;
const START_SCRIPT = join(import.meta.dirname, "..", "test", "start-and-wait.ts");
const NOBODY = { uid: 65_534, gid: 65_534 };

let dataDir: string;
let starters: ChildProcess[];

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "roombridge-embedded-"));
  starters = [];
});

afterEach(async () => {
  for (const starter of starters) starter.kill("SIGKILL");
  await removeEmbeddedPostgres(dataDir);
  await rm(dataDir, { recursive: true, force: true });
});

function start(options: { port?: number; settings?: Record<string, string>; log?: (line: string) => void } = {}) {
  return startEmbeddedPostgres({ dataDir, ...options, settings: { fsync: "off", ...options.settings } });
}

/** Starts the server from a process of its own, which then waits. */
async function startElsewhere(
  account?: typeof NOBODY,
): Promise<{ starter: ChildProcess; started: Promise<EmbeddedPostgres> }> {
  const starter = spawn(process.execPath, [START_SCRIPT, dataDir], {
    ...account,
    cwd: "/",
    env: {},
    stdio: ["pipe", "pipe", "inherit"],
  });
  starters.push(starter);
  await once(starter, "spawn");
  if (starter.stdout === null) throw new Error("no output");
  const lines = createInterface(starter.stdout);
  const started = once(lines, "line").then(([line]) => JSON.parse(String(line)) as EmbeddedPostgres);
  started.catch(() => {});
  return { starter, started };
}

async function query<Row>(url: string, statement: string): Promise<Row[]> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    return (await sql.unsafe(statement)) as unknown as Row[];
  } finally {
    await sql.end();
  }
}

async function failure(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(EmbeddedPostgresError);
  return (error as EmbeddedPostgresError).message;
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error("the condition did not come true");
    await delay(20);
  }
}

const password = (url: string) => new URL(url).password;
const clusterName = async (url: string) =>
  (await query<{ name: string }>(url, "select current_setting('cluster_name') as name"))[0]?.name ?? "";
const isGone = (path: string) =>
  stat(path).then(
    () => false,
    () => true,
  );

describe("a new data directory", () => {
  test("gets a UTF-8 database that sorts by code point, on 127.0.0.1 only, with logins by password only", async () => {
    const server = await start();
    expect(server.reused).toBe(false);
    const [row] = await query(
      server.url,
      `select current_setting('server_encoding') as encoding, datlocale as locale,
      current_setting('listen_addresses') as addresses, current_setting('unix_socket_directories') as sockets,
      current_setting('max_connections') as connections from pg_database where datname = current_database()`,
    );
    expect(row).toEqual({
      encoding: "UTF8",
      locale: "C.UTF-8",
      addresses: "127.0.0.1",
      sockets: "",
      connections: "200",
    });

    const wrong = new URL(server.url);
    wrong.password = "wrong";
    await expect(query(wrong.href, "select 1")).rejects.toThrow(/password authentication failed/);
    await server.stop();
  });

  test("tells what takes long and keeps the password out of logs and command lines, its file private", async () => {
    const lines: string[] = [];
    const server = await start({ log: (line) => lines.push(line) });
    expect(lines.join("\n")).toMatch(/making a new PostgreSQL 18 database in/);
    const secret = password(server.url);
    expect(secret.length).toBeGreaterThanOrEqual(32);
    expect(lines.join("\n")).not.toContain(secret);
    expect(await readFile(server.logFile, "utf8")).not.toContain(secret);
    expect((await stat(join(dataDir, "postgres.json"))).mode & 0o777).toBe(0o600);
    expect((await stat(server.logFile)).mode & 0o777).toBe(0o600);
    if (process.platform === "linux")
      expect(await readFile(`/proc/${server.pid}/cmdline`, "utf8")).not.toContain(secret);
    expect((await readdir(server.directory)).filter((name) => name !== "data")).toEqual([]);
  });

  test("takes the caller's settings over the defaults", async () => {
    const server = await start({ settings: { max_connections: "17" } });
    expect(await query(server.url, "show max_connections")).toEqual([{ max_connections: "17" }]);
  });

  test("whose making was interrupted starts afresh", async () => {
    const { starter } = await startElsewhere();
    const { home } = await (async () => {
      await until(async () => !(await isGone(join(dataDir, "postgres.json"))));
      return JSON.parse(await readFile(join(dataDir, "postgres.json"), "utf8")) as { home: string };
    })();
    await until(async () => (await readdir(home).catch(() => [])).length > 0);
    starter.kill("SIGKILL");
    await once(starter, "exit");
    await mkdir(join(home, "data.new-half", "base"), { recursive: true });

    const server = await start();
    expect(await query(server.url, "select 1 as one")).toEqual([{ one: 1 }]);
    expect(await readdir(home)).toEqual(["data"]);
  });
});

describe("a data directory that has been used", () => {
  test("keeps its data, password and port over a stop", async () => {
    const first = await start();
    await query(first.url, "create table kept as select 42 as answer");
    await first.stop();
    expect(await first.exited).toEqual({ code: 0, signal: null });
    const second = await start();
    expect(second.reused).toBe(false);
    expect(second.url).toBe(first.url);
    expect(await query(second.url, "table kept")).toEqual([{ answer: 42 }]);
  });

  test("starts on another port when the last one is taken, but not when the port is fixed", async () => {
    const first = await start();
    await first.stop();
    const squatter = createServer().listen(first.port, "127.0.0.1");
    await once(squatter, "listening");
    try {
      expect(await failure(start({ port: first.port }))).toMatch(
        new RegExp(`port ${first.port} of 127.0.0.1.* is taken`),
      );
      const second = await start();
      expect(second.port).not.toBe(first.port);
      expect(await query(second.url, "select 1 as one")).toEqual([{ one: 1 }]);
    } finally {
      squatter.close();
    }
  });

  test("stops with the commands to move the data when another major version made it", async () => {
    const server = await start();
    await server.stop();
    await writeFile(join(server.directory, "data", "PG_VERSION"), "17\n");
    const message = await failure(start());
    expect(message).toContain("made by PostgreSQL 17; this release brings 18");
    expect(message).toMatch(/pg_ctl .* start[\s\S]*pg_dump[\s\S]*pg_ctl .* stop[\s\S]*mv [\s\S]*pg_restore/);
    expect(message).not.toContain(password(server.url));
  });

  test("quotes the server's log when it does not come up", async () => {
    const message = await failure(start({ settings: { shared_buffers: "nonsense" } }));
    expect(message).toMatch(/PostgreSQL ended at once \(exit code 1\)/);
    expect(message).toContain('invalid value for parameter "shared_buffers": "nonsense"');
    await (await start()).stop();
  });

  test("that was moved says where its database lies instead of beginning an empty one", async () => {
    const server = await start();
    await server.stop();
    const record = join(dataDir, "postgres.json");
    const text = await readFile(record, "utf8");
    await writeFile(record, text.replace(server.directory, "/var/lib/elsewhere"));
    expect(await failure(start())).toMatch(/lies in \/var\/lib\/elsewhere[\s\S]* mv /);
    await writeFile(record, text);
    expect((await start()).url).toBe(server.url);
  });

  test("with a damaged record says so and shows nothing of it", async () => {
    await writeFile(join(dataDir, "postgres.json"), '{"password":"secret"');
    const message = await failure(start());
    expect(message).toMatch(/postgres\.json is damaged/);
    expect(message).not.toContain("secret");
  });

  test("that was emptied sets the old database aside, also while its server runs", async () => {
    const first = await start();
    await rename(join(dataDir, "postgres.json"), join(dataDir, "lost.json"));
    const lines: string[] = [];
    const second = await start({ log: (line) => lines.push(line) });
    expect(await first.exited).toEqual({ code: 0, signal: null });
    expect(password(second.url)).not.toBe(password(first.url));
    expect(lines.join("\n")).toMatch(/was emptied since.*data\.before-/);
    expect((await readdir(second.directory)).filter((name) => name.startsWith("data.before-"))).toHaveLength(1);
  });
});

describe("a server that runs already", () => {
  test("is reused, and either side stops it", async () => {
    const first = await start();
    const second = await start();
    expect(second).toMatchObject({ reused: true, pid: first.pid, url: first.url });
    await second.stop();
    expect(await first.exited).toEqual({ code: 0, signal: null });
    expect(await second.exited).toEqual({ code: null, signal: null });
    await first.stop();
  });

  test("on another port than the wanted one is named", async () => {
    const server = await start();
    const message = await failure(start({ port: server.port === 65_535 ? 65_534 : server.port + 1 }));
    expect(message).toContain(`pid ${server.pid}`);
    expect(message).toContain(`port ${server.port} and not on`);
  });

  test("is the only one when three start at once, two of them in another process", async () => {
    const elsewhere = await Promise.all([startElsewhere(), startElsewhere()]);
    const servers = await Promise.all([start(), ...elsewhere.map(({ started }) => started)]);
    expect(new Set(servers.map(({ pid }) => pid)).size).toBe(1);
    expect(servers.filter(({ reused }) => !reused)).toHaveLength(1);
  });

  test("outlives a starter that is killed, and the next start finds it", async () => {
    const { starter, started } = await startElsewhere();
    const orphan = await started;
    await query(orphan.url, "create table kept as select 42 as answer");
    starter.kill("SIGKILL");
    await once(starter, "exit");

    const server = await start();
    expect(server).toMatchObject({ reused: true, pid: orphan.pid });
    expect(await query(server.url, "table kept")).toEqual([{ answer: 42 }]);
    process.kill(server.pid, "SIGKILL");
    expect(await server.exited).toEqual({ code: null, signal: null });
  });
});

describe("a stop", () => {
  test("does not wait for clients, happens once and leaves no process", async () => {
    const server = await start();
    const name = await clusterName(server.url);
    const client = postgres(server.url, { max: 1, onnotice: () => {} });
    const busy = client`select pg_sleep(600)`.catch((error: unknown) => error);
    await until(
      async () =>
        (
          await query(
            server.url,
            "select 1 from pg_stat_activity where query like 'select pg_sleep%' and state = 'active'",
          )
        ).length > 0,
    );
    await Promise.all([server.stop(), server.stop()]);
    expect(await busy).toBeInstanceOf(Error);
    expect(await serverProcesses(name)).toEqual([]);
    await client.end({ timeout: 0 });
  });

  test("of a server that is gone already is no error", async () => {
    const server = await start();
    process.kill(server.pid, "SIGKILL");
    await server.stop();
    expect(await server.exited).toEqual({ code: null, signal: "SIGKILL" });
  });
});

describe("a server that was killed", () => {
  test("starts again with all that was committed, although a child of it is still at work", async () => {
    const server = await start();
    const name = await clusterName(server.url);
    await query(server.url, "create table kept as select 42 as answer");
    const client = postgres(server.url, { max: 1, onnotice: () => {} });
    // A loop without a wait never notices that the postmaster is gone.
    const busy = client`do $$ begin loop end loop; end $$`.catch((error: unknown) => error);
    await until(
      async () =>
        (await query(server.url, "select 1 from pg_stat_activity where query like 'do $$%' and state = 'active'"))
          .length > 0,
    );

    process.kill(server.pid, "SIGKILL");
    expect(await server.exited).toEqual({ code: null, signal: "SIGKILL" });
    expect((await serverProcesses(name)).length).toBeGreaterThan(0);

    const again = await start();
    expect(again.reused).toBe(false);
    expect(await query(again.url, "table kept")).toEqual([{ answer: 42 }]);
    expect(await busy).toBeInstanceOf(Error);
    await client.end({ timeout: 0 });
  });

  test("starts again although its pid belongs to another process of the same account by now", async () => {
    const server = await start();
    process.kill(server.pid, "SIGKILL");
    await server.exited;
    const pidFile = join(server.directory, "data", "postmaster.pid");
    const { uid, gid } = await stat(pidFile);
    const stranger = spawn("sleep", ["600"], { uid, gid, cwd: "/", stdio: "ignore" });
    starters.push(stranger);
    await once(stranger, "spawn");
    const [, ...rest] = (await readFile(pidFile, "utf8")).split("\n");
    await writeFile(pidFile, [stranger.pid, ...rest].join("\n"));
    const again = await start();
    expect(again.reused).toBe(false);
    await again.stop();
    expect(stranger.exitCode).toBeNull();
  });
});

describe("removeEmbeddedPostgres", () => {
  test("stops the server and deletes what it had", async () => {
    const server = await start();
    await removeEmbeddedPostgres(dataDir);
    expect(await server.exited).toEqual({ code: 0, signal: null });
    expect(await isGone(server.directory)).toBe(true);
    expect(await readdir(dataDir)).toEqual([]);
  });

  test("of a directory that does not exist makes none", async () => {
    await removeEmbeddedPostgres(join(dataDir, "missing"));
    expect(await readdir(dataDir)).toEqual([]);
  });
});

if (!isRoot) console.warn("SKIPPED: what only root can do: a server under another account, and a start as nobody");

describe.skipIf(!isRoot)("as root", () => {
  test("the server and its files belong to an ordinary account, outside the private data directory", async () => {
    const server = await start();
    expect(server.directory).toMatch(/^\/var\/lib\/roombridge\/[0-9a-f]{12}$/);
    expect((await stat(`/proc/${server.pid}`)).uid).not.toBe(0);
    expect(await readFile(`/proc/${server.pid}/status`, "utf8")).toMatch(/^Groups:\s*$/m);
    expect((await stat(join(server.directory, "data"))).uid).not.toBe(0);
    expect((await stat(server.directory)).mode & 0o777).toBe(0o700);
    expect(JSON.parse(await readFile(join(dataDir, "postgres.json"), "utf8"))).toMatchObject({
      home: server.directory,
    });
  });

  test("files keep the account that made them", async () => {
    const first = await start();
    await first.stop();
    await give(first.directory, NOBODY);
    const second = await start();
    expect((await stat(`/proc/${second.pid}`)).uid).toBe(NOBODY.uid);
  });

  test("an ordinary user has everything in the data directory", async ({ skip }) => {
    if (!canRunUs(NOBODY)) {
      console.warn("SKIPPED: a start as nobody, who cannot read this checkout (it is below a private directory)");
      skip();
    }
    await chown(dataDir, NOBODY.uid, NOBODY.gid);
    const { starter, started } = await startElsewhere(NOBODY);
    const server = await started;
    expect(server.directory).toBe(join(dataDir, "postgres"));
    expect((await stat(`/proc/${server.pid}`)).uid).toBe(NOBODY.uid);
    expect(await query(server.url, "select 1 as one")).toEqual([{ one: 1 }]);

    expect(await failure(start())).toMatch(/another user \(root or not\) made it/);
    process.kill(server.pid, "SIGINT");
    await until(() => isGone(`/proc/${server.pid}`));
    starter.kill("SIGKILL");
  });
});

/** Not so when the checkout lies below a private home. */
function canRunUs(account: typeof NOBODY): boolean {
  const { status } = spawnSync(process.execPath, ["--check", START_SCRIPT], { ...account, cwd: "/", env: {} });
  return status === 0;
}

async function give(path: string, { uid, gid }: typeof NOBODY): Promise<void> {
  await chown(path, uid, gid);
  if (!(await stat(path)).isDirectory()) return;
  for (const name of await readdir(path)) await give(join(path, name), { uid, gid });
}
