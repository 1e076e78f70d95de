import { type ChildProcess, spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { requireProgram, waitFor } from "@roombridge/testing";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { selfSigned } from "../../test/self-signed.ts";
import { findFreePort } from "../turn/free-port.ts";
import { answersStun } from "../turn/stun-probe.ts";
import { checkRelay, type RelayResult } from "./check-relay.ts";

const HOST = "127.0.0.1";
const ALICE = { username: "alice", password: "wonder" };
const turnserver = requireProgram("turnserver", "coturn");
const openssl = requireProgram("openssl", "openssl");

describe.skipIf(turnserver === undefined || openssl === undefined)("with a real coturn", () => {
  const folder = mkdtempSync(join(tmpdir(), "check-relay-"));
  const servers: ChildProcess[] = [];
  const { certFile, keyFile } = openssl === undefined ? { certFile: "", keyFile: "" } : selfSigned(folder);
  let port: number;
  let tlsPort: number;

  beforeAll(async () => {
    tlsPort = await findFreePort(HOST);
    port = await startServer(`--tls-listening-port ${tlsPort} --cert ${certFile} --pkey ${keyFile}`);
  });

  afterAll(async () => {
    for (const server of servers) {
      server.kill("SIGKILL");
      if (server.exitCode === null && server.signalCode === null) await once(server, "exit");
    }
    rmSync(folder, { recursive: true });
  });

  test.each(["udp", "tcp"])("what relays over %s is timed", async (transport) => {
    const result = await check(`turn:${HOST}:${port}?transport=${transport}`);
    expect(result.problem).toBeUndefined();
    expect(result.allocateMs).toBeGreaterThan(0);
    expect(result.roundTripMs).toBeGreaterThan(0);
  });

  test("over TLS the certificate is looked at as browsers do", async () => {
    const uri = `turns:${HOST}:${tlsPort}?transport=tcp`;
    expect((await check(uri)).problem).toMatch(/^the certificate is not accepted.*DEPTH_ZERO_SELF_SIGNED_CERT/);
    const trusting = { uri, ...ALICE, timeoutMs: 10_000, tls: { ca: readFileSync(certFile) } };
    expect((await checkRelay(trusting)).problem).toBeUndefined();
  });

  test("a credential that the relay does not know is a 401, in words", async () => {
    expect(await check(`turn:${HOST}:${port}`, { password: "wrong" })).toMatchObject({
      allocateMs: undefined,
      problem: expect.stringMatching(/^401: .*same TURN_REALM/),
    });
  });

  test("a relay that refuses its own address is a 403, in words", async () => {
    const refusing = await startServer("--denied-peer-ip=127.0.0.0-127.255.255.255");
    const result = await check(`turn:${HOST}:${refusing}`);
    expect(result.allocateMs).toBeGreaterThan(0);
    expect(result.problem).toMatch(/^403: .*its own address/);
  });

  test("a quota that is too small is a 486, in words", async () => {
    const small = await startServer("--user-quota=1");
    expect((await check(`turn:${HOST}:${small}`)).problem).toMatch(/^486: .*TURN_USER_QUOTA/);
  });

  async function startServer(options: string): Promise<number> {
    const freePort = await findFreePort(HOST);
    const shared = `-n -L ${HOST} -E 127.0.0.2 -p ${freePort} --lt-cred-mech -r example.org -u alice:wonder
      --allow-loopback-peers --allowed-peer-ip=127.0.0.9 --no-cli --no-dtls --log-file=stdout --cli-password=x
      --pidfile ${join(folder, `pid${freePort}`)} --userdb ${join(folder, `db${freePort}`)}`;
    const server = spawn(turnserver ?? "", [...shared.split(/\s+/), ...options.split(" ")], { stdio: "ignore" });
    servers.push(server);
    await waitFor(() => answersStun("udp", HOST, freePort, 250), { what: "coturn to answer", timeoutMs: 20_000 });
    return freePort;
  }
});

describe("without a relay", () => {
  test.each(["udp", "tcp"])("a port on which nobody listens is told over %s", async (transport) => {
    const { problem } = await check(`turn:${HOST}:${await findFreePort(HOST)}?transport=${transport}`);
    expect(problem).toBe("nobody listens there (ECONNREFUSED)");
  });

  test("silence is told with what may cause it", async () => {
    const silent = createSocket("udp4").bind(0, HOST);
    onTestFinished(() => void silent.close());
    await once(silent, "listening");
    const { problem } = await check(`turn:${HOST}:${silent.address().port}`, { timeoutMs: 300 });
    expect(problem).toBe("no answer from the TURN server in 300 ms: a firewall, another address, or another port");
  });

  test("TLS where there is none is told", async () => {
    const server = createServer((socket) => socket.destroy()).listen(0, HOST);
    onTestFinished(() => void server.close());
    await once(server, "listening");
    const address = server.address();
    const port = typeof address === "object" ? address?.port : 0;
    expect((await check(`turns:${HOST}:${port}`)).problem).toContain("no TURN, or TLS without a certificate");
  });

  test.each([
    ["turn:no-such-host.invalid", /^the name (?:is not known|could not be looked up)/],
    ["stun:127.0.0.1", "not the address of a relay"],
    ["turns:127.0.0.1?transport=udp", "not the address of a relay"],
  ])("%s is told", async (uri, problem) => {
    expect((await check(uri)).problem).toMatch(problem);
  });
});

function check(uri: string, change: { password?: string; timeoutMs?: number } = {}): Promise<RelayResult> {
  return checkRelay({ uri, ...ALICE, timeoutMs: 10_000, ...change });
}
