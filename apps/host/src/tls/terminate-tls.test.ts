import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { announceHost } from "@roombridge/rooms";
import { createLog } from "@roombridge/service";
import { freePort, registerTestHost, waitFor } from "@roombridge/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import { connectTls, createCertificate, type TestCertificate } from "../../test/certificate.ts";
import { hasOpenssl } from "../../test/engine-certificates.ts";
import { ENFORCED, LOG_KEEPING, newSpec } from "../../test/process-spec.ts";
import { leaders, newGame, newMachine, useRooms } from "../../test/setup.ts";
import { openLocalProvider } from "../provider/local/local-provider.ts";
import { PortTakenError, type ProcessPort, SpawnError } from "../provider/provider.ts";
import { openCertificate } from "./certificate.ts";
import { terminateTls } from "./terminate-tls.ts";

/** Tells its number and its ports, then echoes. */
const GAME = `require("net").createServer((socket) => {
  const { PORT, HATHORA_DEFAULT_PORT } = process.env;
  socket.on("error", () => {}).write(process.pid + " " + PORT + " " + HATHORA_DEFAULT_PORT);
  socket.pipe(socket);
}).listen(Number(process.env.PORT), "127.0.0.1")`;
const ARGV = ["node", "-e", GAME] as const;

describe.skipIf(!hasOpenssl)("a host with a certificate", () => {
  const suite = useRooms();

  function tlsEnv({ certFile, keyFile }: TestCertificate): Record<string, string> {
    return { HOST_TLS_CERT_FILE: certFile, HOST_TLS_KEY_FILE: keyFile };
  }

  test("gives players TLS before a game that speaks TCP; the game stays when the host is killed", async () => {
    const files = createCertificate();
    const machine = await newMachine(suite(), { game: ARGV });
    // While the host is away its TLS ports are free: not those that everybody takes first.
    const lowest = await freePort();
    const env = { ...tlsEnv(files), HOST_PORT_RANGE: `${lowest}-${lowest + 20}` };
    const first = await machine.startHost({ ...env, HOST_ON_SHUTDOWN: "leave" });
    const game = await newGame(machine, { command: "game", transportType: "tls" });
    const { roomId, processId = "" } = await game.create();
    const { exposedPort } = await game.active(roomId);
    expect(exposedPort).toMatchObject({ name: "default", host: "127.0.0.1", transportType: "tls" });
    const port = exposedPort?.port ?? 0;

    const player = await connectTls(port, files.cert);
    player.on("error", () => {});
    const [pid, bound, told] = String((await once(player, "data"))[0])
      .split(" ")
      .map(Number);
    expect(told).toBe(port);
    expect(bound).not.toBe(port);
    player.write("ping");
    expect(String((await once(player, "data"))[0])).toBe("ping");

    const broken = once(player, "close");
    await first.kill();
    await broken;
    expect((await leaders(machine.dataDir)).has(processId)).toBe(true);
    const second = await machine.startHost(env);
    await second.line(/game server adopted/);
    const again = await waitFor(() => connectTls(port, files.cert), { what: "the port again", timeoutMs: 20_000 });
    expect(String((await once(again, "data"))[0])).toMatch(new RegExp(`^${pid} `));
    expect((await game.connection(roomId)).status).toBe("active");
    again.on("error", () => {});
    await second.stop();
    await waitFor(async () => (await connectTls(port, files.cert).catch(() => "gone")) === "gone", { what: "the end" });
  });
});

describe("a host without a certificate", () => {
  const suite = useRooms();

  test("leaves such a process to those that have one", async () => {
    const machine = await newMachine(suite(), { game: ARGV });
    const { database } = machine;
    await machine.startHost();
    const other = await registerTestHost(database);
    const control = { url: "http://127.0.0.1:1", secret: "s" };
    await announceHost(database, { ...other, control, terminatesTls: true });
    const secure = await newGame(machine, { command: "game", transportType: "tls" });
    const { roomId } = await secure.create();
    const plain = await newGame(machine, { command: "game" });
    await plain.active((await plain.create()).roomId);
    expect(await secure.connection(roomId)).toMatchObject({ status: "starting" });
    expect(await secure.processes()).toMatchObject([{ status: "starting" }]);
    expect((await leaders(machine.dataDir)).size).toBe(1);
  });
});

describe.skipIf(!hasOpenssl)("a provider behind TLS", () => {
  async function open(
    options: { readonly hasCertificate?: boolean; readonly root?: string; readonly onOpen?: () => void } = {},
  ) {
    const root = options.root ?? (await mkdtemp(join(tmpdir(), "roombridge-tls-")));
    const log = createLog({ name: "test", level: "silent", format: "json" });
    const errors: string[] = [];
    log.error = (_fields: unknown, line?: string) => void errors.push(line ?? "");
    const files = createCertificate();
    const certificate = await openCertificate({ ...files, publicHost: "localhost", log });
    const local = await openLocalProvider({
      root,
      commands: new Map([["game", { argv: ARGV, cwd: "/" }]]),
      baseEnv: { PATH: process.env["PATH"] ?? "" },
      publicHost: "127.0.0.1",
      logKeeping: LOG_KEEPING,
      limits: ENFORCED,
      onChange: () => {},
      log,
    });
    const current = () => {
      options.onOpen?.();
      return certificate.current();
    };
    const given = options.hasCertificate === false ? undefined : { ...certificate, current };
    const provider = terminateTls(local, { certificate: given, listenHost: "127.0.0.1", log });
    onTestFinished(async () => {
      for (const { processId } of await local.list()) await provider.stop(processId, 0);
      await provider.close();
      await certificate.close();
      await rm(root, { recursive: true, force: true });
    });
    return { provider, files, errors, root };
  }

  async function newGameSpec() {
    const [port, plainPort] = [await freePort(), await freePort()];
    const tls: ProcessPort = { name: "default", port, bindPort: plainPort, transportType: "tls", plainPort };
    return { port, plainPort, spec: newSpec({ ports: [tls], env: { PORT: String(plainPort) } }) };
  }

  async function greets(port: number, { cert }: TestCertificate): Promise<void> {
    const player = await waitFor(
      async () => {
        const socket = await connectTls(port, cert);
        socket.on("error", () => {});
        const said = await Promise.race([once(socket, "data"), once(socket, "close")]);
        return said.length > 0 && Buffer.isBuffer(said[0]) && socket;
      },
      { what: "the game behind TLS", timeoutMs: 20_000 },
    );
    player.destroy();
  }

  test("starts nothing where somebody holds the TLS port, and names it", async () => {
    const { provider } = await open();
    const { port, spec } = await newGameSpec();
    const stranger = createServer().listen(port, "127.0.0.1");
    onTestFinished(() => void stranger.close());
    await once(stranger, "listening");
    const refused = await provider.start(spec).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(PortTakenError);
    expect(refused).toMatchObject({ ports: [port] });
    expect(await provider.list()).toEqual([]);
  });

  test("keeps the port open although a look that began before the start did not see the process", async () => {
    const { provider, files } = await open();
    const { port, spec } = await newGameSpec();
    const look = provider.list();
    await Promise.all([provider.start(spec), look]);
    await provider.list();
    await greets(port, files);
  });

  test("is ready when the game has bound its own port, and counts the players on it", async () => {
    const { provider, files } = await open();
    const { port, spec } = await newGameSpec();
    await provider.start(spec);
    const running = async () => (await provider.list()).find(({ phase }) => phase === "running");
    const observed = await waitFor(running, { what: "the game to run", timeoutMs: 20_000 });
    expect(observed).toMatchObject({ endpoints: [{ port, transportType: "tls" }], foreignPorts: [] });
    const player = await connectTls(port, files.cert);
    player.on("error", () => {});
    const counted = async () => (await provider.stats(spec.processId))?.tcpConnections === 1;
    await waitFor(counted, { what: "the player to be counted", timeoutMs: 20_000 });
  });

  test("gives the port back when the process is stopped, and when it has ended by itself", async () => {
    const { provider, files } = await open();
    for (const end of ["stop", "kill"] as const) {
      const { port, spec } = await newGameSpec();
      await provider.start(spec);
      await greets(port, files);
      if (end === "stop") await provider.stop(spec.processId, 1_000);
      else {
        const player = await connectTls(port, files.cert);
        player.on("error", () => {});
        process.kill(Number(String((await once(player, "data"))[0]).split(" ")[0]), "SIGKILL");
        await waitFor(async () => (await provider.list()).every(({ phase }) => phase === "exited"), {
          what: "the end",
        });
      }
      const next = createServer().listen(port, "127.0.0.1");
      await once(next, "listening");
      next.close();
      await provider.forget(spec.processId);
    }
  });

  test("opens the ports of an earlier host when they are free, and tells once why not before", async () => {
    const first = await open();
    const { port, spec } = await newGameSpec();
    await first.provider.start(spec);
    await greets(port, first.files);
    const second = await open({ root: first.root });
    await second.provider.list();
    await second.provider.list();
    expect(second.errors).toEqual(["the TLS ports of a game server cannot be opened yet"]);
    await first.provider.close();
    await second.provider.list();
    await greets(port, second.files);
  });

  test("leaves no port open that was closed while it was being opened", async () => {
    const first = await open();
    const { port, spec } = await newGameSpec();
    await first.provider.start(spec);
    await first.provider.close();
    const second = await open({ root: first.root, onOpen: () => void second.provider.close() });
    await second.provider.list();
    const stranger = createServer().listen(port, "127.0.0.1");
    await once(stranger, "listening");
    stranger.close();
  });

  test("without a certificate it refuses TLS ports and takes others", async () => {
    const { provider } = await open({ hasCertificate: false });
    const { spec } = await newGameSpec();
    await expect(provider.start(spec)).rejects.toThrow(SpawnError);
    const plain = await freePort();
    const port: ProcessPort = { name: "default", port: plain, bindPort: plain, transportType: "tcp" };
    const tcp = newSpec({ ports: [port], env: { PORT: String(plain) } });
    await provider.start(tcp);
    expect(await provider.inspect(tcp.processId)).toBeDefined();
  });
});
