import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createRoom, issueCredential, revokeCredentials, type RoomsContext } from "@roombridge/rooms";
import { createTenant, requireProgram, TEST_REGION, waitFor } from "@roombridge/testing";
import { allocate, type Allocation, type AllocateOptions, type Refusal } from "@roombridge/turn-client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CoturnTestDatabase, createCoturnDatabase } from "../../test/coturn-database.ts";
import { roombridge } from "../../test/roombridge.ts";
import { temporaryDirectory } from "../../test/temporary-directory.ts";
import { parseTurnConfigEnv } from "../env.ts";
import { hashCliPassword } from "../turn/cli-password.ts";
import { findFreePort } from "../turn/free-port.ts";
import { answersStun } from "../turn/stun-probe.ts";
import { turnConfig } from "./turn-config.ts";

const HOST = "127.0.0.1";
const turnserver = requireProgram("turnserver", "coturn");
const VARIABLES = { DATABASE_URL: "postgres://me:hush-hush@db.example.net/rooms", COTURN_DB_PASSWORD: "a:password" };

describe("what is written", () => {
  test("is private, and tells the database's password to the pgpass file alone", async () => {
    const { stdout, read, mode } = await write(VARIABLES);
    expect(stdout).not.toMatch(/hush-hush|a:password/);
    expect(read("pgpass")).toBe(String.raw`db.example.net:5432:rooms:coturn_ro:a\:password` + "\n");
    expect(read("turnserver.conf")).toContain("psql-userdb=host=db.example.net port=5432 dbname=rooms user=coturn_ro ");
    expect(read("turnserver.conf")).not.toMatch(/hush-hush|a:password/);
    for (const file of ["pgpass", "turnserver.conf", "cli-password"]) expect(mode(file)).toBe(0o600);
  });

  test("opens the command line with the password that lies beside it", async () => {
    const { read } = await write({ ...VARIABLES, TURN_CLI_PORT: "5799" });
    const [, salt = ""] = /cli-password=\$5\$([0-9a-f]+)\$/.exec(read("turnserver.conf")) ?? [];
    const hash = hashCliPassword(read("cli-password").trim(), Buffer.from(salt, "hex"));
    expect(read("turnserver.conf")).toContain(`cli-ip=127.0.0.1\ncli-port=5799\ncli-password=${hash}\n`);
  });

  test("keeps the command line's password when it is written again, unless another one is given", async () => {
    const directory = temporaryDirectory();
    const { read } = await write(VARIABLES, directory);
    const first = read("cli-password");
    await write(VARIABLES, directory);
    expect(read("cli-password")).toBe(first);
    await write({ ...VARIABLES, TURN_CLI_PASSWORD: "another-password-of-mine" }, directory);
    expect(read("cli-password")).toBe("another-password-of-mine\n");
  });

  test("has the addresses, limits and peers of the environment", async () => {
    const { read, stdout } = await write({
      ...VARIABLES,
      TURN_HOST: "0.0.0.0",
      TURN_RELAY_IP: "10.1.2.3",
      TURN_EXTERNAL_IP: "198.51.100.7",
      TURN_TLS_CERT_FILE: "/etc/tls/cert.pem",
      TURN_TLS_KEY_FILE: "/etc/tls/key.pem",
      TURN_USER_QUOTA: "8",
      TURN_TOTAL_QUOTA: "1000",
      TURN_MAX_BPS: "250000",
      TURN_BPS_CAPACITY: "90000000",
      TURN_ALLOWED_PEERS: "10.1.2.4, 10.1.3.0-10.1.3.255",
    });
    expect(stdout).toContain("for coturn 4.17.1: on 0.0.0.0:3478, relaying from 10.1.2.3");
    const lines = read("turnserver.conf").split("\n");
    const expected = `external-ip=198.51.100.7/10.1.2.3 allowed-peer-ip=10.1.2.4 allowed-peer-ip=10.1.3.0-10.1.3.255
      cert=/etc/tls/cert.pem pkey=/etc/tls/key.pem tls-listening-port=5349
      user-quota=8 total-quota=1000 max-bps=250000 bps-capacity=90000000`;
    expect(lines).toEqual(expect.arrayContaining(expected.split(/\s+/)));
  });

  test("names the holes of a coturn that no configuration closes, where others can reach it", async () => {
    const old = { ...VARIABLES, TURN_HOST: "0.0.0.0", TURN_RELAY_IP: "10.1.2.3" };
    expect((await write(old, temporaryDirectory(), "4.6.1")).stdout).toMatch(/beware: .*4\.6\.1/);
    expect((await write(old)).stdout).not.toContain("beware");
    expect((await write(VARIABLES, temporaryDirectory(), "4.6.1")).stdout).not.toContain("beware");
  });

  test("needs no database with a secret of its own, and does not print it", async () => {
    const secret = "a-secret-of-sixteen-or-more";
    const { stdout, read } = await write({ TURN_MODE: "rest", TURN_REST_SECRET: secret });
    expect(read("turnserver.conf")).toContain(`use-auth-secret\nstatic-auth-secret=${secret}\n`);
    expect(stdout).not.toMatch(new RegExp(`${secret}|PGPASSFILE`));
  });

  test.each([
    [{ ...VARIABLES, COTURN_DB_PASSWORD: "" }, "COTURN_DB_PASSWORD"],
    [{ COTURN_DB_PASSWORD: "a password" }, "DATABASE_URL"],
    [{ ...VARIABLES, TURN_TLS_CERT_FILE: "/etc/tls/cert.pem" }, "TURN_TLS_KEY_FILE"],
    [{ ...VARIABLES, TURN_ALLOWED_PEERS: "10.0.0.0/8" }, "TURN_ALLOWED_PEERS"],
    [{ ...VARIABLES, TURN_RELAY_IP: "0.0.0.0" }, "TURN_RELAY_IP"],
    [{ ...VARIABLES, TURN_EXTERNAL_IP: "2001:db8::1" }, "TURN_EXTERNAL_IP"],
  ])("%j is refused by the name of what is wrong", async (variables, name) => {
    const refusal = await write(variables).then(
      () => "it was not refused",
      (error: unknown) => String(error),
    );
    expect(refusal).toContain(name);
    expect(refusal).not.toContain("hush-hush");
  });

  async function write(variables: Record<string, string>, directory = temporaryDirectory(), version = "4.17.1") {
    const lines: string[] = [];
    const env = parseTurnConfigEnv({ ROOMBRIDGE_DATA_DIR: "/nowhere", ...variables });
    await turnConfig(["--directory", directory, "--coturn-version", version], env, (line) => lines.push(line));
    return {
      stdout: lines.join("\n"),
      read: (file: string) => readFileSync(join(directory, file), "utf8"),
      mode: (file: string) => statSync(join(directory, file)).mode & 0o777,
    };
  }
});

describe.skipIf(turnserver === undefined)("a real coturn that was started with it on a real database", () => {
  const directory = mkdtempSync(join(tmpdir(), "roombridge-turn-config-"));
  const lines: string[] = [];
  let database: CoturnTestDatabase;
  let rooms: RoomsContext;
  let coturn: ChildProcess;
  let address: Pick<AllocateOptions, "host" | "port" | "transport">;
  let cliPort: number;

  beforeAll(async () => {
    database = await createCoturnDatabase();
    ({ rooms } = database);
    address = { host: HOST, port: await findFreePort(HOST), transport: "udp" };
    cliPort = await findFreePort(HOST);
    const result = await roombridge(["turn", "config", "--directory", directory, "--role", database.role], {
      PATH: dirname(turnserver ?? ""),
      DATABASE_URL: database.url,
      COTURN_DB_PASSWORD: database.password,
      TURN_PORT: String(address.port),
      TURN_CLI_PORT: String(cliPort),
      TURN_USER_QUOTA: "2",
    });
    if (result.code !== 0) throw new Error(result.stderr);
    const [, password = ""] = /PGPASSFILE=(\S+)/.exec(result.stdout) ?? [];
    coturn = spawn(turnserver ?? "", ["-c", join(directory, "turnserver.conf"), "--pidfile", join(directory, "pid")], {
      env: { PGPASSFILE: password, HOME: directory },
      cwd: directory,
    });
    for (const stream of [coturn.stdout, coturn.stderr]) stream?.on("data", (data) => lines.push(String(data)));
    await waitFor(() => answersStun("udp", HOST, address.port, 250), { what: "coturn to answer", timeoutMs: 20_000 });
  });

  afterAll(async () => {
    coturn.kill("SIGKILL");
    if (coturn.exitCode === null && coturn.signalCode === null) await once(coturn, "exit");
    await database[Symbol.asyncDispose]();
    rmSync(directory, { recursive: true });
  });

  test("it takes what the core issues, until that is revoked, and not more often than the quota allows", async () => {
    const { application } = await createTenant(rooms.database);
    await createRoom(rooms, { application, region: TEST_REGION, roomId: "arena", needsProcess: false });
    const issued = await issueCredential(rooms, application, { roomId: "arena", playerId: "ann" });
    const ask = (): Promise<Allocation | Refusal> => allocate({ ...address, ...issued });
    const held = [await ask(), await ask()];
    expect(held).toMatchObject([{ ok: true }, { ok: true }]);
    expect(await ask()).toMatchObject({ ok: false, code: 486 });
    await revokeCredentials(rooms, application, { roomId: "arena", playerId: "ann" });
    expect(await ask()).toMatchObject({ ok: false, code: 401 });
    for (const one of held) if (one.ok) await one.close();
  });

  test("its command line listens on loopback and nowhere else", async () => {
    // The port is free on every other address of the machine.
    const other = createServer().listen({ host: "127.0.0.9", port: cliPort, exclusive: true });
    await once(other, "listening");
    other.close();
    const same = createServer().listen({ host: HOST, port: cliPort, exclusive: true });
    await expect(once(same, "listening")).rejects.toThrow("EADDRINUSE");
  });

  test("it complains of nothing in the file, and prints no secret", () => {
    const output = lines.join("");
    expect(output).toMatch(/PostgreSQL DB connection success/);
    expect(output).not.toMatch(/Bad configuration|Unknown argument|Wrong|deprecated|Cannot (?:open|create|set)/i);
    expect(output).not.toContain(database.password);
    expect(output).not.toContain(readFileSync(join(directory, "cli-password"), "utf8").trim());
  });
});
