import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { requireProgram, waitFor } from "@roombridge/testing";
import { allocate, type Allocation } from "@roombridge/testing/turn";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findFreePort } from "./free-port.ts";
import { answersStun } from "./stun-probe.ts";
import { turnserverConfig } from "./turnserver-config.ts";

const HOST = "127.0.0.1";
const binary = requireProgram("turnserver", "coturn") ?? "";
const hasIpv6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === "::1"),
);
if (!hasIpv6) console.warn("SKIPPED TESTS: this machine has no ::1, so coturn cannot relay IPv6");

/** coturn 4.6 lets mapped addresses past its IPv4 deny list (CVE-2026-27624): ours has them in IPv6 form as well. */
describe.skipIf(binary === "" || !hasIpv6)("the deny list on a coturn that relays IPv6", () => {
  const folder = mkdtempSync(join(tmpdir(), "coturn-ipv6-"));
  let server: ChildProcess;
  let allocation: Allocation;

  beforeAll(async () => {
    const port = await findFreePort(HOST);
    const config = turnserverConfig({
      // Only so that the generator lets IPv6 through; whatever is installed reads it.
      version: { major: 4, minor: 16, patch: 0 },
      listenIps: [HOST],
      port,
      relayIps: ["::1"],
      minPort: 49152,
      maxPort: 65535,
      realm: "roombridge",
      credentials: { users: { host: HOST, port: 1, database: "none", user: "none" } },
      cli: { port: await findFreePort(HOST), passwordHash: "none" },
      pidFile: join(folder, "pid"),
    });
    const file = join(folder, "turnserver.conf");
    writeFileSync(file, `${config}user=alice:wonder\n`);
    server = spawn(binary, ["-c", file], { stdio: "ignore" });
    await waitFor(() => answersStun("udp", HOST, port, 500), { what: "coturn to answer", timeoutMs: 20_000 });
    const account = { username: "alice", password: "wonder" };
    const result = await allocate({ host: HOST, port, transport: "udp", family: "ipv6", ...account });
    if (!result.ok) throw new Error(`allocate was refused: ${result.code} ${result.reason}`);
    allocation = result;
  });

  afterAll(async () => {
    await allocation.close();
    server.kill("SIGKILL");
    if (server.exitCode === null && server.signalCode === null) await once(server, "exit");
    rmSync(folder, { recursive: true });
  });

  test.each([
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::169.254.169.254",
    "2002:7f00:1::1",
    "2001::1",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fec0::1",
    "64:ff9b:1::10.0.0.1",
    "::",
    "::127.0.0.1",
    "::10.0.0.1",
    "ff02::1",
  ])("%s is refused with 403", async (peer) => {
    expect(await allocation.createPermission(peer)).toMatchObject({ ok: false, code: 403 });
  });

  test.each(["::1", "2a00:1450:4001::1"])("%s, its own or a public one, is allowed", async (peer) => {
    expect(await allocation.createPermission(peer)).toEqual({ ok: true });
  });
});
