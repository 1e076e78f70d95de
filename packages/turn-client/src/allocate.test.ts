import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createSocket } from "node:dgram";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { tmpdir } from "node:os";
import { freePort, requireProgram, waitFor } from "@roombridge/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allocate, type AllocateOptions } from "./allocate.ts";
import { METHOD } from "./attributes.ts";
import { decodeMessage, encodeMessage } from "./message.ts";
import { decodeChannelData } from "./relay-messages.ts";

const binary = requireProgram("turnserver", "coturn");

describe.skipIf(binary === undefined)("on a real coturn", () => {
  // coturn frees the quota of a user some time after the session's end, so each test gets a user of its own.
  const users = Array.from({ length: 30 }, (_, index) => `user${index}`);
  const folder = mkdtempSync(join(tmpdir(), "turn-client-"));
  let server: ChildProcess;
  let address: { host: string; port: number };
  const newAccount = () => ({ ...address, username: users.pop() ?? "", password: "wonder" });

  beforeAll(async () => {
    const port = await freePort();
    const options = `-n -L 127.0.0.1 -E 127.0.0.1 -p ${port} -a ${users.map((user) => `-u ${user}:wonder`).join(" ")} -r example.org -q 2 --allow-loopback-peers
      --denied-peer-ip=10.0.0.0-10.255.255.255 --no-cli --no-tls --no-dtls --log-file=stdout --pidfile ${folder}/pid
      --userdb ${folder}/db`;
    server = spawn(binary ?? "", options.split(/\s+/), { stdio: "ignore" });
    address = { host: "127.0.0.1", port };
    await listens(port);
  }, 30_000);

  afterAll(async () => {
    server.kill("SIGKILL");
    if (server.exitCode === null && server.signalCode === null) await once(server, "exit");
    rmSync(folder, { recursive: true });
  });

  describe.each(["udp", "tcp"] as const)("over %s", (transport) => {
    test("two allocations send data to each other by indications and channels", async () => {
      await using cleanup = new AsyncDisposableStack();
      const account = newAccount();
      const one = await allocated({ ...account, transport }, cleanup);
      const other = await allocated({ ...account, transport }, cleanup);
      expect(one.relayed).not.toEqual(other.relayed);
      expect(await one.createPermission(other.relayed.address)).toEqual({ ok: true });
      expect(await other.bindChannel(0x4000, one.relayed)).toEqual({ ok: true });

      one.send(other.relayed, "by indication");
      expect(await other.receive()).toEqual({
        from: undefined,
        channel: 0x4000,
        data: Buffer.from("by indication"),
      });
      other.sendOnChannel(0x4000, "by channel");
      expect(await one.receive()).toEqual({
        from: other.relayed,
        channel: undefined,
        data: Buffer.from("by channel"),
      });
    });

    test("a refresh moves the lifetime", async () => {
      await using cleanup = new AsyncDisposableStack();
      const account = newAccount();
      const allocation = await allocated({ ...account, transport }, cleanup);
      expect(allocation.lifetimeSeconds).toBe(600);
      expect(await allocation.refresh(900)).toEqual({ ok: true, lifetimeSeconds: 900 });
      expect(await allocation.refresh(0)).toEqual({ ok: true, lifetimeSeconds: 0 });
    });

    test.each([
      ["a wrong password", { password: "wrong" }, 401],
      ["an unknown user", { username: "bob" }, 401],
      ["a realm that is not the server's", { realm: "example.com" }, 437],
    ])("%s is refused", async (_, wrong, code) => {
      expect(await allocate({ ...newAccount(), transport, ...wrong })).toMatchObject({
        ok: false,
        code,
      });
    });

    test("a denied peer is refused with 403", async () => {
      await using cleanup = new AsyncDisposableStack();
      const account = newAccount();
      const allocation = await allocated({ ...account, transport }, cleanup);
      expect(await allocation.createPermission("10.1.2.3")).toMatchObject({ ok: false, code: 403 });
    });

    test("one allocation more than the quota is refused with 486", async () => {
      await using cleanup = new AsyncDisposableStack();
      const account = newAccount();
      await allocated({ ...account, transport }, cleanup);
      await allocated({ ...account, transport }, cleanup);
      expect(await allocate({ ...account, transport })).toMatchObject({ ok: false, code: 486 });
    });
  });

  test.each(["udp", "tcp"] as const)("over %s, what is asked after the end fails at once", async (transport) => {
    await using cleanup = new AsyncDisposableStack();
    const allocation = await allocated({ ...newAccount(), transport }, cleanup);
    allocation.abandon();
    await allocation.closed;
    const begin = performance.now();
    await expect(allocation.refresh()).rejects.toThrow("the connection to the TURN server is closed");
    expect(performance.now() - begin).toBeLessThan(2_000);
  });

  test("an ORIGIN does no harm", async () => {
    await using cleanup = new AsyncDisposableStack();
    await allocated({ ...newAccount(), transport: "udp", origin: "https://game.example.net" }, cleanup);
  });
});

describe("on a server of our own", () => {
  const account = { host: "127.0.0.1", username: "alice", password: "wonder" };

  test("a stale nonce (438) is answered once with the new one, a second 438 is the result", async () => {
    const nonces: string[] = [];
    await using server = await answerUdp((request) => {
      const nonce = request.attributes.find(({ type }) => type === 0x0015)?.value.toString() ?? "";
      nonces.push(nonce);
      const code = nonce === "" ? 401 : 438;
      return {
        class: "error",
        attributes: [error(code), text(0x0014, "example.org"), text(0x0015, `nonce-${nonces.length}`)],
      };
    });
    expect(await allocate({ ...account, port: server.port, transport: "udp" })).toMatchObject({
      ok: false,
      code: 438,
    });
    expect(nonces).toEqual(["", "nonce-1", "nonce-2"]);
  });

  test("a success that is not signed with our key is refused: anybody could have sent it", async () => {
    await using server = await answerUdp((request) =>
      request.attributes.some(({ type }) => type === 0x0006)
        ? { class: "success", attributes: [] }
        : {
            class: "error",
            attributes: [error(401), text(0x0014, "example.org"), text(0x0015, "n")],
          },
    );
    const result = allocate({ ...account, port: server.port, transport: "udp" });
    await expect(result).rejects.toThrow("not signed with our key");
  });

  test("a server that asks for no credential is refused", async () => {
    await using server = await answerUdp(() => ({ class: "success", attributes: [] }));
    const result = allocate({ ...account, port: server.port, transport: "udp" });
    await expect(result).rejects.toThrow("answered with success, not 401");
  });

  test("a local port of which the server still has a session is left for another one, three times at most", async () => {
    const ports: number[] = [];
    await using server = await answerUdp((_, port) => {
      ports.push(port);
      return { class: "error", attributes: [error(437)] };
    });
    const result = await allocate({ ...account, port: server.port, transport: "udp" });
    expect(result).toMatchObject({ ok: false, code: 437 });
    expect(ports).toHaveLength(3);
    expect(new Set(ports).size).toBeGreaterThan(1);
  });

  test("a lost request is sent again", async () => {
    let count = 0;
    await using server = await answerUdp(() => {
      count += 1;
      return count === 1 ? undefined : { class: "error", attributes: [error(400)] };
    });
    await expect(allocate({ ...account, port: server.port, transport: "udp" })).rejects.toThrow("answered with 400");
    expect(count).toBe(2);
  });

  test("no answer is an error at the deadline", async () => {
    await using server = await answerUdp(() => undefined);
    const result = allocate({ ...account, port: server.port, transport: "udp", timeoutMs: 300 });
    await expect(result).rejects.toThrow("no answer from the TURN server in 300 ms");
  });

  test("a connection that the server closes fails what waits on it", async () => {
    const server = createServer((socket: Socket) => socket.on("data", () => socket.destroy()));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    const port = typeof address === "object" && address ? address.port : 0;
    await expect(allocate({ ...account, port, transport: "tcp" })).rejects.toThrow(/closed|ECONNRESET/);
    server.close();
  });

  test("no server on the port is an error", async () => {
    await expect(allocate({ ...account, port: await freePort(), transport: "tcp" })).rejects.toThrow("ECONNREFUSED");
  });

  test("ChannelData that is shorter than it says is refused", () => {
    expect(() => decodeChannelData(Buffer.from("4000000268", "hex"))).toThrow("cut short");
  });
});

type Reply = { class: "success" | "error"; attributes: { type: number; value: Buffer }[] } | undefined;

/** A UDP socket that answers each request with what `reply` says. */
async function answerUdp(reply: (request: ReturnType<typeof decodeMessage>, port: number) => Reply) {
  const socket = createSocket("udp4");
  socket.on("message", (packet, from) => {
    const request = decodeMessage(packet);
    expect(request.method).toBe(METHOD.allocate);
    const answer = reply(request, from.port);
    if (!answer) return;
    socket.send(
      encodeMessage({ ...answer, method: request.method, transactionId: request.transactionId }),
      from.port,
      from.address,
    );
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  const closed = once(socket, "close");
  return {
    port: socket.address().port,
    [Symbol.asyncDispose]: async () => {
      socket.close();
      await closed;
    },
  };
}

function error(code: number): { type: number; value: Buffer } {
  return { type: 0x0009, value: Buffer.from([0, 0, Math.floor(code / 100), code % 100]) };
}

function text(type: number, value: string): { type: number; value: Buffer } {
  return { type, value: Buffer.from(value) };
}

async function allocated(options: AllocateOptions, cleanup: AsyncDisposableStack) {
  const allocation = await allocate(options);
  if (!allocation.ok) throw new Error(`allocate was refused: ${allocation.code} ${allocation.reason}`);
  cleanup.defer(() => allocation.close());
  return allocation;
}

/** Waits until the server refuses an unknown user, over UDP and TCP. */
async function listens(port: number): Promise<void> {
  const probe = { host: "127.0.0.1", port, username: "probe", password: "probe", timeoutMs: 500 };
  for (const transport of ["udp", "tcp"] as const) {
    const isUp = async () => !(await allocate({ ...probe, transport })).ok;
    await waitFor(isUp, { what: `coturn to answer over ${transport}`, timeoutMs: 20_000 });
  }
}
