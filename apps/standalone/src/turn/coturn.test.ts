import { createHash, randomBytes } from "node:crypto";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { grantCoturnAccess, openDatabase, type Database } from "@roombridge/rooms";
import { createTestDatabase, requireProgram, type TestDatabase, waitFor } from "@roombridge/testing";
import { allocate, type Allocation, type Refusal } from "@roombridge/testing/turn";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Coturn, type CoturnOptions, startCoturn } from "./coturn.ts";
import { findFreePort } from "./free-port.ts";

const binary = requireProgram("turnserver", "coturn") ?? "";
const HOST = "127.0.0.1";
const TRANSPORTS = ["udp", "tcp"] as const;
const QUOTA = 4;
const isRoot = process.getuid?.() === 0;

interface Credential {
  readonly username: string;
  readonly password: string;
}

describe.skipIf(binary === "")("a real coturn on a real database", () => {
  const folder = mkdtempSync(join(tmpdir(), "coturn-test-"));
  const role = `coturn_ro_${randomBytes(4).toString("hex")}`;
  // Characters that mean something in a pgpass file.
  const databasePassword = String.raw`colon:back\slash-${randomBytes(8).toString("hex")}`;
  const lines: string[] = [];
  const secrets: string[] = [databasePassword];
  let testDatabase: TestDatabase;
  let database: Database;
  let options: CoturnOptions;
  let coturn: Coturn;

  beforeAll(async () => {
    testDatabase = await createTestDatabase();
    database = openDatabase({ url: testDatabase.url, applicationName: "coturn test" });
    await grantCoturnAccess(database.sql, { role, password: databasePassword });
    await database.sql`
      insert into rooms (room_key, app_id, room_id, state, region) values ('room', 'app', 'room', 'active', 'Dallas')`;
    const { hostname, port, pathname } = new URL(testDatabase.url);
    options = {
      binary,
      dataDir: join(folder, "data"),
      host: HOST,
      port: 0,
      minPort: 49152,
      maxPort: 65535,
      realm: "roombridge",
      database: {
        host: hostname,
        port: Number(port),
        database: pathname.slice(1),
        user: role,
        password: databasePassword,
      },
      config: { userQuota: QUOTA, verbose: true },
      onLine: (line) => lines.push(line),
    };
    coturn = await startCoturn(options);
    secrets.push(coturn.cli.password);
  });

  afterAll(async () => {
    await coturn.stop();
    await database.sql`drop owned by ${database.sql(role)}`;
    await database.sql`drop role ${database.sql(role)}`;
    await database.close();
    await testDatabase.drop();
    rmSync(folder, { recursive: true });
  });

  describe.each(TRANSPORTS)("over %s", (transport) => {
    const ask = (credential: Credential & { readonly realm?: string }): Promise<Allocation | Refusal> =>
      allocate({ host: HOST, port: coturn.port, transport, ...credential });

    test("a credential is good as soon as it is in the database; two relayed peers reach each other", async () => {
      await using cleanup = new AsyncDisposableStack();
      const credential = await issue();
      const [one, other] = [granted(await ask(credential), cleanup), granted(await ask(credential), cleanup)];
      expect(one.relayed.address).toBe(coturn.relayIp);
      expect(await one.createPermission(other.relayed.address)).toEqual({ ok: true });
      expect(await other.createPermission(one.relayed.address)).toEqual({ ok: true });
      one.send(other.relayed, "there");
      expect(await other.receive()).toMatchObject({ from: one.relayed, data: Buffer.from("there") });
      other.send(one.relayed, "and back");
      expect(await one.receive()).toMatchObject({ from: other.relayed, data: Buffer.from("and back") });
    });

    test.each([
      ["revoked", "revoked_at = clock_timestamp()"],
      ["suspended", "suspended_at = clock_timestamp()"],
      ["expired", "expires_at = clock_timestamp()"],
      ["moved to another realm", "realm = 'example.org'"],
    ])("once it is %s, the next Allocate is refused with 401", async (_, change) => {
      await using cleanup = new AsyncDisposableStack();
      const credential = await issue();
      granted(await ask(credential), cleanup);
      await database.sql.unsafe(`update turn_credentials set ${change} where username = $1`, [credential.username]);
      expect(await ask(credential)).toMatchObject({ ok: false, code: 401 });
    });

    test("a suspended credential that is resumed, or an expired one that is renewed, is good again", async () => {
      await using cleanup = new AsyncDisposableStack();
      const credential = await issue();
      await change(credential, "suspended_at = clock_timestamp(), expires_at = clock_timestamp()");
      expect(await ask(credential)).toMatchObject({ ok: false, code: 401 });
      await change(credential, "suspended_at = null, expires_at = clock_timestamp() + interval '1 hour'");
      granted(await ask(credential), cleanup);
    });

    test("a wrong password and an unknown user are refused with 401, a realm that is not ours with 437", async () => {
      const credential = await issue();
      expect(await ask({ ...credential, password: "wrong" })).toMatchObject({ ok: false, code: 401 });
      expect(await ask({ ...credential, username: "room.unknown" })).toMatchObject({ ok: false, code: 401 });
      expect(await ask({ ...credential, realm: "example.org" })).toMatchObject({ ok: false, code: 437 });
    });

    test("the password of another credential does not open this one", async () => {
      const [one, other] = [await issue(), await issue()];
      expect(await ask({ ...one, password: other.password })).toMatchObject({ ok: false, code: 401 });
    });

    test(`more than ${QUOTA} allocations of one credential are refused with 486`, async () => {
      await using cleanup = new AsyncDisposableStack();
      const credential = await issue();
      for (let count = 0; count < QUOTA; count += 1) granted(await ask(credential), cleanup);
      expect(await ask(credential)).toMatchObject({ ok: false, code: 486 });
    });

    test("no allocation gets an IPv6 address, through which old coturns can be tricked", async () => {
      const result = await allocate({ host: HOST, port: coturn.port, transport, ...(await issue()), family: "ipv6" });
      expect(result).toMatchObject({ ok: false, code: 440 });
    });
  });

  describe("peers", () => {
    test.each([
      [HOST, 403],
      ["127.0.0.3", 403],
      ["0.0.0.0", 403],
      ["10.0.0.1", 403],
      ["100.64.0.1", 403],
      ["169.254.169.254", 403],
      ["172.16.0.1", 403],
      ["172.31.255.255", 403],
      ["192.168.1.1", 403],
      ["198.18.0.1", 403],
      ["224.0.0.1", 403],
      ["255.255.255.255", 403],
      // On an IPv4 allocation no IPv6 peer gets as far as the deny list.
      ["::1", 443],
      ["::ffff:127.0.0.1", 443],
      ["::ffff:10.0.0.1", 443],
    ])("%s is refused with %d, neither permission nor channel", async (address, code) => {
      await using cleanup = new AsyncDisposableStack();
      const allocation = await newAllocation(cleanup);
      expect(await allocation.createPermission(address)).toMatchObject({ ok: false, code });
      expect(await allocation.bindChannel(0x4000, { address, port: 53 })).toMatchObject({ ok: false, code });
    });

    test.each(["8.8.8.8", "172.32.0.1", "11.0.0.1"])("%s is no private address and allowed", async (address) => {
      await using cleanup = new AsyncDisposableStack();
      expect(await (await newAllocation(cleanup)).createPermission(address)).toEqual({ ok: true });
    });

    test("a service on 127.0.0.1 hears nothing through the relay, not even by a Send indication", async () => {
      await using cleanup = new AsyncDisposableStack();
      const heard: string[] = [];
      const service = createSocket("udp4");
      service.on("message", (data) => heard.push(data.toString()));
      service.bind(0, HOST);
      await once(service, "listening");
      cleanup.defer(() => void service.close());
      const [one, other] = [await newAllocation(cleanup), await newAllocation(cleanup)];
      one.send({ address: HOST, port: service.address().port }, "hello");
      // What follows on the same socket and arrives shows that the first one has been dealt with.
      await one.createPermission(other.relayed.address);
      await other.createPermission(one.relayed.address);
      one.send(other.relayed, "marker");
      expect(await other.receive()).toMatchObject({ data: Buffer.from("marker") });
      expect(heard).toEqual([]);
    });

    async function newAllocation(cleanup: AsyncDisposableStack): Promise<Allocation> {
      return granted(await allocate({ host: HOST, port: coturn.port, transport: "udp", ...(await issue()) }), cleanup);
    }
  });

  test("the command line takes its password and no other", async () => {
    expect(await opensCommandLine(coturn, coturn.cli.password)).toBe(true);
    expect(await opensCommandLine(coturn, "wrong")).toBe(false);
    expect(await opensCommandLine(coturn, hashInConfig())).toBe(false);
  });

  test.runIf(isRoot && process.platform === "linux")("started by root it runs as an ordinary account", () => {
    const status = readFileSync(`/proc/${coturn.pid}/status`, "utf8");
    expect(status).toMatch(new RegExp(`^Uid:\\s${statSync(coturn.directory).uid}\\s`, "m"));
    expect(status).not.toMatch(/^Uid:.*\b0\b/m);
    expect(status).toMatch(/^Groups:\s*$/m);
  });

  test.runIf(process.platform === "linux")("it gets nothing of our environment", () => {
    const environment = readFileSync(`/proc/${coturn.pid}/environ`, "utf8").split("\0").filter(Boolean);
    expect(environment.map((entry) => entry.split("=")[0])).toEqual(["HOME", "PGPASSFILE"]);
  });

  test("its configuration is private and holds neither of the passwords", () => {
    const file = join(coturn.directory, "turnserver.conf");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    for (const secret of secrets) expect(readFileSync(file, "utf8")).not.toContain(secret);
  });

  test("coturn knows every option that we wrote", () => {
    expect(lines.filter((line) => /Bad configuration|Wrong address|Unknown argument/.test(line))).toEqual([]);
  });

  test("a taken port is named, whoever holds it", async () => {
    const udp = createSocket("udp4").bind(0, HOST);
    await once(udp, "listening");
    const { port } = udp.address();
    const other = { ...options, dataDir: join(folder, "other") };
    await expect(startCoturn({ ...other, port })).rejects.toThrow(`port ${port} of ${HOST} is taken`);
    udp.close();
    const tcp = createServer().listen(0, HOST);
    await once(tcp, "listening");
    const address = tcp.address();
    const tcpPort = typeof address === "object" && address ? address.port : 0;
    await expect(startCoturn({ ...other, port: tcpPort })).rejects.toThrow(`port ${tcpPort} of ${HOST} is taken`);
    tcp.close();
    // Its own port is taken by the coturn that runs.
    await expect(startCoturn({ ...other, port: coturn.port })).rejects.toThrow("is taken");
  });

  test("a start after a killed one ends the coturn that was left, and takes its port", async () => {
    const port = await findFreePort(HOST);
    const again = { ...options, dataDir: join(folder, "killed"), port };
    const left = await startCoturn(again);
    const next = await startCoturn(again);
    await left.exited;
    expect(next.pid).not.toBe(left.pid);
    const result = await allocate({ host: HOST, port, transport: "udp", ...(await issue()) });
    expect(result.ok).toBe(true);
    if (result.ok) await result.close();
    await next.stop();
  });

  test("stopped, it is gone with its files; killed, `exited` tells", async () => {
    const stopped = await startCoturn({ ...options, dataDir: join(folder, "stopped") });
    await stopped.stop();
    await stopped.stop();
    await stopped.exited;
    expect(existsSync(stopped.directory)).toBe(false);

    const killed = await startCoturn({ ...options, dataDir: join(folder, "stopped") });
    process.kill(killed.pid, "SIGKILL");
    expect(await killed.exited).toEqual({ code: null, signal: "SIGKILL" });
    await killed.stop();
  });

  test("after a restart of the database connection it goes on", async () => {
    await using cleanup = new AsyncDisposableStack();
    const credential = await issue();
    const ask = () => allocate({ host: HOST, port: coturn.port, transport: "udp", ...credential });
    granted(await ask(), cleanup);
    await database.sql`select pg_terminate_backend(pid, 5000) from pg_stat_activity where usename = ${role}`;
    let refusals = 0;
    const result = await waitFor(
      async () => {
        const answer = await ask();
        if (!answer.ok) refusals += 1;
        return answer.ok && answer;
      },
      { what: "coturn to reach the database again" },
    );
    granted(result, cleanup);
    // Each of its authentication threads loses one log-in until it has a connection again.
    expect(refusals).toBeLessThanOrEqual(1 + Math.floor(cpus().length / 2));
  });

  test("no line that coturn printed, however verbose, holds a password or a long-term key", () => {
    expect(lines.length).toBeGreaterThan(100);
    expect(secrets.length).toBeGreaterThan(20);
    for (const secret of secrets) expect(lines.filter((line) => line.includes(secret))).toEqual([]);
    // LogLines would have struck out the database's password: it was not there to strike out.
    expect(lines.filter((line) => line.includes("[redacted]"))).toEqual([]);
  });

  /** A credential as the core writes it, valid for an hour. */
  async function issue(): Promise<Credential> {
    const username = `room.${randomBytes(8).toString("hex")}`;
    const password = randomBytes(16).toString("base64url");
    const hmackey = createHash("md5").update(`${username}:roombridge:${password}`).digest("hex");
    secrets.push(password, hmackey);
    await database.sql`
      insert into turn_credentials (username, room_key, realm, hmackey, key_version, expires_at)
      values (${username}, 'room', 'roombridge', ${hmackey}, 'k1', clock_timestamp() + interval '1 hour')`;
    return { username, password };
  }

  async function change({ username }: Credential, settings: string): Promise<void> {
    await database.sql.unsafe(`update turn_credentials set ${settings} where username = $1`, [username]);
  }

  function hashInConfig(): string {
    const text = readFileSync(join(coturn.directory, "turnserver.conf"), "utf8");
    return /^cli-password=(.*)$/m.exec(text)?.[1] ?? "";
  }
});

describe("a binary that fails", () => {
  const folder = mkdtempSync(join(tmpdir(), "coturn-fails-"));
  const database = { host: HOST, port: 1, database: "x", user: "coturn_ro", password: "very secret" };
  const base = { host: HOST, port: 0, minPort: 49152, maxPort: 65535, realm: "roombridge", database };

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  test("one that ends at once is quoted, without secrets, and leaves no file", async () => {
    const binaryThatEnds = script(folder, 'echo "cannot log in with very secret"; echo "and gives up" >&2; exit 3');
    const failure = await rejected(startCoturn({ ...base, binary: binaryThatEnds, dataDir: join(folder, "ends") }));
    expect(failure).toMatch(/ended at once \(exit code 3\)/);
    expect(failure).toContain("cannot log in with [redacted]");
    expect(failure).toContain("and gives up");
    expect(failure).not.toContain("very secret");
  });

  test("one that never answers is stopped at the deadline", async () => {
    const hangs = script(folder, 'echo "waiting for Godot"; exec sleep 600');
    const options = { ...base, binary: hangs, dataDir: join(folder, "hangs"), startTimeoutMs: 500 };
    const failure = await rejected(startCoturn(options));
    expect(failure).toMatch(/did not answer in 500 ms \(SIGTERM\)/);
    expect(failure).toContain("waiting for Godot");
  });

  test.each([
    ["one that is missing", "/does/not/exist", "does not tell its version"],
    ["one that is too old", "", "coturn 4.6.0 or newer is needed"],
  ])("%s is named", async (_, missing, message) => {
    const old = missing || script(folder, "exit 1", "4.5.2");
    await expect(startCoturn({ ...base, binary: old, dataDir: join(folder, "old") })).rejects.toThrow(message);
  });

  test("a host name instead of an address is refused", async () => {
    const never = script(folder, "exit 1");
    const result = startCoturn({ ...base, host: "localhost", binary: never, dataDir: join(folder, "name") });
    await expect(result).rejects.toThrow("TURN_HOST must be an IP address");
  });
});

function granted(result: Allocation | Refusal, cleanup: AsyncDisposableStack): Allocation {
  if (!result.ok) throw new Error(`allocate was refused: ${result.code} ${result.reason}`);
  cleanup.defer(() => result.close());
  return result;
}

/** Stands in for turnserver: tells a version, else does what `body` says. Readable for the account that runs it. */
function script(folder: string, body: string, version = "4.6.1"): string {
  const path = join(folder, `turnserver-${randomBytes(4).toString("hex")}`);
  writeFileSync(path, `#!/bin/sh\nif [ "$1" = --version ]; then echo ${version}; exit; fi\n${body}\n`);
  chmodSync(path, 0o755);
  chmodSync(folder, 0o755);
  return path;
}

async function rejected(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => "it did not fail",
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
}

/** True when the command line takes this password: it then shows its prompt, else it asks again. */
async function opensCommandLine({ cli }: Coturn, password: string): Promise<boolean> {
  const socket = connect(cli.port, cli.host).setEncoding("utf8");
  const asks = "Enter password: ";
  let output = "";
  try {
    for await (const text of socket) {
      if (!output.includes(asks) && `${output}${text}`.includes(asks)) socket.write(`${password}\r\n`);
      output += text;
      if (output.includes("> ")) return true;
      if (output.split(asks).length > 2) return false;
    }
    return false;
  } finally {
    socket.destroy();
  }
}
