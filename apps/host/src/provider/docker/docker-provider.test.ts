import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { newUuid, requestStop } from "@roombridge/rooms";
import { createLog, type Logger } from "@roombridge/service";
import { freePort, waitFor } from "@roombridge/testing";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import { connectTls, createCertificate } from "../../../test/certificate.ts";
import { GAME, newDockerWorld } from "../../../test/docker-world.ts";
import { openEngineRoad } from "../../../test/engine-road.ts";
import { startFakeRegistry } from "../../../test/fake-registry.ts";
import { GAME_IMAGE, importGameImage } from "../../../test/game-image.ts";
import { describeGameServers } from "../../../test/game-server-conformance.ts";
import { openHostedWorld } from "../../../test/hosted-world.ts";
import { type PrivateDocker, startPrivateDocker } from "../../../test/private-docker.ts";
import { newSpec, readText } from "../../../test/process-spec.ts";
import { describeProvider, echoDatagram } from "../../../test/provider-conformance.ts";
import { requireDocker } from "../../../test/require-docker.ts";
import { tarOf } from "../../../test/tar-of.ts";
import { newGame, newMachine, useRooms } from "../../../test/setup.ts";
import { openCertificate } from "../../tls/certificate.ts";
import { terminateTls } from "../../tls/terminate-tls.ts";
import { type Observed, PortTakenError, type ProcessSpec, type Provider, ProviderAwayError } from "../provider.ts";

const LONG_MS = 120_000;
const hasDocker = requireDocker();
const LISTEN = `require("net").createServer((s) => s.on("error", () => {}).pipe(s)).listen(8000, "0.0.0.0", () => console.log("up"));`;

describe.skipIf(!hasDocker)("with an engine of its own", { timeout: LONG_MS }, () => {
  const suite = useRooms();
  let docker: PrivateDocker;
  beforeAll(async () => {
    docker = await startPrivateDocker();
    await importGameImage(docker.client);
  }, LONG_MS);
  afterAll(() => docker?.close(), LONG_MS);

  describeProvider("docker", () => newDockerWorld(docker.url));

  describeGameServers("a docker host", async (cleanUp) => {
    const machine = await newMachine(suite(), {}, cleanUp);
    const game = { image: GAME_IMAGE, command: ["node", "/app/src/main.ts"], pull: "never" };
    await writeFile(join(machine.dataDir, "roombridge.json"), JSON.stringify({ commands: { game } }));
    const env = { HOST_PROVIDER: "docker", DOCKER_HOST: docker.url };
    return openHostedWorld(suite(), machine, { cleanUp, env, gameEnv: [{ name: "HOST", value: "0.0.0.0" }] });
  });

  test("its bridge keeps its address when containers come: those that know another one cannot answer", async () => {
    const { Options } = await docker.client.getNetwork("bridge").inspect();
    const file = join("/sys/class/net", Options?.["com.docker.network.bridge.name"] ?? "", "address");
    const address = await readFile(file, "utf8");
    const provider = await (await newDockerWorld(docker.url)).open();
    const spec = await game(LISTEN);
    await provider.start(spec);
    expect(await readFile(file, "utf8")).toBe(address);
  });

  describe("a container", () => {
    test("that reaches its memory limit is told as out of memory", async () => {
      const provider = await (await newDockerWorld(docker.url)).open();
      const source = "const all = []; for (;;) all.push(Buffer.alloc(1e6, 1))";
      const spec = await game(source, { limits: { cpu: 1, memoryMb: 96 } });
      await provider.start(spec);
      expect(await phase(provider, spec, "exited")).toMatchObject({ exit: { signal: "SIGKILL", oom: true } });
    });

    test("has its limits and no privileges", async () => {
      const provider = await (await newDockerWorld(docker.url)).open();
      const source = `const status = require("fs").readFileSync("/proc/self/status", "utf8");
        console.log(status.match(/CapEff.*|CapBnd.*|NoNewPrivs.*/g).join(" ").replaceAll("\\t", "")); ${LISTEN}`;
      const spec = await game(source, { limits: { cpu: 0.25, memoryMb: 128 } });
      await provider.start(spec);
      await phase(provider, spec, "running");
      expect(await readText(provider.logs(spec.processId))).toContain(
        "CapEff:0000000000000000 CapBnd:0000000000000000 NoNewPrivs:1",
      );
      const { HostConfig } = await docker.client.getContainer(`roombridge-${spec.processId}`).inspect();
      expect(HostConfig).toMatchObject({
        Memory: 128 * 1024 * 1024,
        MemorySwap: 128 * 1024 * 1024,
        NanoCpus: 250_000_000,
        PidsLimit: 100,
        Privileged: false,
        ReadonlyRootfs: false,
        RestartPolicy: { Name: "no" },
      });
      // Players are told loopback, so nobody else may connect.
      expect(HostConfig.PortBindings).toEqual({
        "8000/tcp": [{ HostIp: "127.0.0.1", HostPort: String(spec.ports[0]?.port) }],
      });
    });

    test("that may write nothing can write to /tmp", async () => {
      const images = new Map([["game", { ...GAME, readOnly: true }]]);
      const provider = await (await newDockerWorld(docker.url)).openWith({ images });
      const spec = await game(`const fs = require("fs"); fs.writeFileSync("/tmp/x", "x");
        try { fs.writeFileSync("/x", "x") } catch (error) { console.log(error.code) }`);
      await provider.start(spec);
      await phase(provider, spec, "exited");
      expect(await readText(provider.logs(spec.processId))).toBe("EROFS\n");
    });

    test("that listens on its own loopback only is never ready", async () => {
      const provider = await (await newDockerWorld(docker.url)).open();
      const spec = await game(LISTEN.replace("0.0.0.0", "127.0.0.1"));
      await provider.start(spec);
      await logged(provider, spec, "up");
      await settle();
      expect(await provider.inspect(spec.processId)).toMatchObject({ phase: "starting" });
    });

    test("that cannot exist is refused with the engine's reason, and leaves nothing", async () => {
      const world = await newDockerWorld(docker.url);
      const images = new Map([
        ["absent", { ...GAME, image: "roombridge-test/absent:1" }],
        ["game", GAME],
      ]);
      const provider = await world.openWith({ images });
      const start = async (fields: Partial<ProcessSpec>) => provider.start(await game("", fields));
      await expect(start({ command: "absent" })).rejects.toThrow("has no image roombridge-test/absent:1");
      await expect(start({ limits: { cpu: 4_096, memoryMb: 128 } })).rejects.toThrow("CPUs");
      expect(await containersOf(world.hostId)).toEqual([]);
    });

    test("whose program is not there exits with 127 and says why in its log", async () => {
      const images = new Map([["game", { ...GAME, command: ["/no/such/program"] as const }]]);
      const provider = await (await newDockerWorld(docker.url)).openWith({ images });
      const spec = await game("");
      await provider.start(spec);
      expect(await phase(provider, spec, "exited")).toMatchObject({ hasRun: false, exit: { code: 127 } });
      expect(await readText(provider.logs(spec.processId))).toContain("/no/such/program");
    });

    test("whose port another one has is refused by name, and starts on another port", async () => {
      const world = await newDockerWorld(docker.url);
      const provider = await world.open();
      const [first, second] = [await game(LISTEN), await game(LISTEN)];
      await provider.start(first);
      await phase(provider, first, "running");
      const clash = provider.start({ ...second, ports: first.ports });
      await expect(clash).rejects.toThrow(PortTakenError);
      await expect(clash).rejects.toMatchObject({ ports: [first.ports[0]?.port] });
      expect(await containersOf(world.hostId)).toHaveLength(1);
      await provider.start(second);
      await phase(provider, second, "running");
    });

    test("is reached with TLS by way of the host, and without it by nobody else", async () => {
      const files = createCertificate();
      const log = createLog({ name: "test", level: "silent", format: "json" });
      const certificate = await openCertificate({ ...files, publicHost: "localhost", log });
      onTestFinished(() => certificate.close());
      const plain = await (await newDockerWorld(docker.url)).open();
      const provider = terminateTls(plain, { certificate, listenHost: "127.0.0.1", log });
      onTestFinished(() => provider.close());
      const [port, plainPort] = [await freePort(), await freePort()];
      const ports = [{ name: "default", port, bindPort: 8000, transportType: "tls" as const, plainPort }];
      const spec = { ...(await game(LISTEN)), ports };
      await provider.start(spec);
      expect(await phase(provider, spec, "running")).toMatchObject({ endpoints: [{ port, transportType: "tls" }] });
      const player = await connectTls(port, files.cert);
      player.on("error", () => {}).write("ping");
      expect(String((await once(player, "data"))[0])).toBe("ping");
      const { NetworkSettings } = await docker.client.getContainer(`roombridge-${spec.processId}`).inspect();
      expect(NetworkSettings.Ports["8000/tcp"]).toEqual([{ HostIp: "127.0.0.1", HostPort: String(plainPort) }]);
      await provider.stop(spec.processId, 0);
      await expect(connectTls(port, files.cert)).rejects.toThrow("ECONNREFUSED");
    });

    test("of another host, or of nobody, is neither seen nor touched", async () => {
      const [mine, theirs] = [await newDockerWorld(docker.url), await newDockerWorld(docker.url)];
      const [provider, other] = [await mine.open(), await theirs.open()];
      const spec = await game(LISTEN);
      await other.start(spec);
      await phase(other, spec, "running");
      expect(await provider.list()).toEqual([]);
      expect(await provider.inspect(spec.processId)).toBeUndefined();
      await provider.stop(spec.processId, 0);
      await provider.forget(spec.processId);
      await expect(provider.start(spec)).rejects.toThrow("is not this host's");
      expect(await other.inspect(spec.processId)).toMatchObject({ phase: "running" });
    });

    test("that a host created and never started counts as ended, and its process can be started", async () => {
      const world = await newDockerWorld(docker.url);
      const spec = await game(LISTEN);
      const Labels = { "roombridge.host": world.hostId, "roombridge.process": spec.processId };
      await docker.client.createContainer({
        name: `roombridge-${spec.processId}`,
        Image: GAME_IMAGE,
        Cmd: ["node"],
        Labels,
      });
      const provider = await world.open();
      expect(await provider.list()).toMatchObject([{ phase: "exited", hasRun: false, exit: {} }]);
      await provider.start(spec);
      await phase(provider, spec, "running");
      expect(await provider.list()).toHaveLength(1);
    });

    test("that somebody has made with the labels of another one is left alone", async () => {
      const world = await newDockerWorld(docker.url);
      const provider = await world.open();
      const spec = await game(LISTEN);
      await provider.start(spec);
      await phase(provider, spec, "running");
      const { Config } = await docker.client.getContainer(`roombridge-${spec.processId}`).inspect();
      const copy = await docker.client.createContainer({ Image: GAME_IMAGE, Cmd: ["node"], Labels: Config.Labels });
      onTestFinished(() => copy.remove());
      expect(await provider.list()).toHaveLength(1);
      await provider.forget(spec.processId);
      expect(await provider.list()).toEqual([]);
      expect(await containersOf(world.hostId)).toEqual([copy.id]);
    });

    test("that somebody has removed is gone", async () => {
      const provider = await (await newDockerWorld(docker.url)).open();
      const spec = await game(LISTEN);
      await provider.start(spec);
      await phase(provider, spec, "running");
      await docker.client.getContainer(`roombridge-${spec.processId}`).remove({ force: true });
      expect(await provider.list()).toEqual([]);
      expect(await provider.inspect(spec.processId)).toBeUndefined();
    });

    test("is stopped with the signal that its image wants", async () => {
      const image = await derive("STOPSIGNAL SIGUSR2");
      const images = new Map([["game", { ...GAME, image }]]);
      const provider = await (await newDockerWorld(docker.url)).openWith({ images });
      const spec = await game(`process.on("SIGUSR2", () => process.exit(8)); ${LISTEN}`);
      await provider.start(spec);
      await phase(provider, spec, "running");
      await provider.stop(spec.processId, LONG_MS);
      expect(await provider.inspect(spec.processId)).toMatchObject({ exit: { code: 8 } });
    });
  });

  describe("readiness where processes of the engine are not seen", () => {
    const procRoot = "/nonexistent";

    test("is looked up by a container of the probe image beside it", async () => {
      const world = await newDockerWorld(docker.url);
      const settings = { images: [], probeImage: GAME_IMAGE, registries: {} };
      const provider = await world.openWith({ procRoot, settings });
      const spec = await game(`${LISTEN} require("dgram").createSocket("udp4").bind(8001)`, {}, true);
      const half = await game(LISTEN, {}, true);
      await provider.start(spec);
      await provider.start(half);
      await phase(provider, spec, "running");
      expect(await provider.inspect(half.processId)).toMatchObject({ phase: "starting" });
      await provider.stop(half.processId, 0);
      await waitFor(async () => (await containersOf(world.hostId)).length === 2, {
        what: "the probes to be gone",
        timeoutMs: LONG_MS,
      });
    });

    test("leaves no probe behind, even of a host that was killed meanwhile", async () => {
      const world = await newDockerWorld(docker.url);
      const Labels = { "roombridge.host": world.hostId, "roombridge.probe": "gone" };
      await docker.client.createContainer({ Image: GAME_IMAGE, Cmd: ["cat"], Labels });
      const provider = await world.open();
      expect(await provider.list()).toEqual([]);
      await provider.prepare();
      expect(await containersOf(world.hostId)).toEqual([]);
    });

    test("is the health that the image's own check finds", async () => {
      const check =
        'HEALTHCHECK --interval=1s --retries=100 CMD ["node","-e","require(\'fs\').accessSync(\'/healthy\')"]';
      const images = new Map([["game", { ...GAME, image: await derive(check) }]]);
      const provider = await (await newDockerWorld(docker.url)).openWith({ procRoot, images });
      const spec = await game(
        `require("net").createServer(() => require("fs").writeFileSync("/healthy", "")).listen(8000)`,
      );
      await provider.start(spec);
      expect(await provider.inspect(spec.processId)).toMatchObject({ phase: "starting" });
      const healthy = async () => {
        // The engine's proxy accepts before the server listens, so one knock may not be heard.
        await reach(spec).catch(() => {});
        return (await provider.inspect(spec.processId))?.phase === "running";
      };
      await waitFor(healthy, { what: "the health", timeoutMs: LONG_MS });
    });

    test("without either is told as unknowable", async () => {
      const { log, messages } = listeningLog();
      const provider = await (await newDockerWorld(docker.url)).openWith({ procRoot, log });
      const spec = await game(LISTEN);
      await provider.start(spec);
      await waitFor(() => messages().includes("give images a HEALTHCHECK, or set docker.probeImage"), {
        what: "the hint",
        timeoutMs: LONG_MS,
      });
      expect(await provider.inspect(spec.processId)).toMatchObject({ phase: "starting" });
    });
  });

  describe("images", () => {
    test("are pulled with the login of their registry, once, with progress in the log", async () => {
      const registry = await startFakeRegistry("me", "s3cret-word");
      const world = await newDockerWorld(docker.url);
      const passwordFile = join(await temporary(), "password");
      await writeFile(passwordFile, "s3cret-word\n");
      const settings = { images: [], registries: { [registry.name]: { username: "me", passwordFile } } };
      const { log, messages } = listeningLog();
      const image = `${registry.name}/game:1`;
      const images = new Map([["game", { ...GAME, image, pull: "missing" as const }]]);
      const provider = await world.openWith({ images, settings, log });
      await Promise.all([provider.prepare(), provider.prepare()]);
      expect(messages()).toContain("an image was pulled");
      expect(messages()).not.toContain("s3cret-word");
      // The engine asks without the login first, and then once more.
      expect(registry.logins.filter((login) => login !== undefined)).not.toEqual([]);
      const asked = registry.logins.length;
      // It is there now; that it holds no program is another matter.
      const spec = await game("");
      await provider.start(spec);
      expect(await phase(provider, spec, "exited")).toMatchObject({ exit: { code: 127 } });
      expect(registry.logins).toHaveLength(asked);
    });

    test.each([
      ["a login that is wrong", "wrong-word", "game:1", /cannot be pulled: .*(unauthorized|denied|credentials)/i],
      ["an image that is not there", "s3cret-word", "game:2", /cannot be pulled: .*(not found|unknown)/i],
    ])(
      "with %s are no reason to wait: the start fails with the registry's answer",
      async (_what, password, name, message) => {
        const registry = await startFakeRegistry("me", "s3cret-word");
        const passwordFile = join(await temporary(), "password");
        await writeFile(passwordFile, password);
        const settings = { images: [], registries: { [registry.name]: { username: "me", passwordFile } } };
        const images = new Map([["game", { ...GAME, image: `${registry.name}/${name}`, pull: "missing" as const }]]);
        const provider = await (await newDockerWorld(docker.url)).openWith({ images, settings });
        const failed = await provider.start(await game("")).catch((error: unknown) => error);
        expect(failed).toMatchObject({ name: "SpawnError", message: expect.stringMatching(message) });
        expect(String(failed)).not.toContain(password);
      },
    );
  });

  describe("an engine that is away for a while", () => {
    test("without its events: everything is found by looking", async () => {
      const road = await openEngineRoad(docker.socket);
      road.block((path) => path.startsWith("/events"));
      const provider = await (await newDockerWorld(road.url)).open();
      const spec = await game(`${LISTEN} process.on("SIGUSR2", () => process.exit(3))`);
      await provider.start(spec);
      await phase(provider, spec, "running");
      await docker.client.getContainer(`roombridge-${spec.processId}`).kill({ signal: "SIGUSR2" });
      expect(await phase(provider, spec, "exited")).toMatchObject({ exit: { code: 3 } });
    });

    test("its events are heard again after a break, and what happened meanwhile wakes", async () => {
      const road = await openEngineRoad(docker.socket);
      let changes = 0;
      const provider = await (await newDockerWorld(road.url)).open(() => (changes += 1));
      const spec = await game(LISTEN);
      await provider.start(spec);
      await phase(provider, spec, "running");
      road.block((path) => path.startsWith("/events"));
      await docker.client.getContainer(`roombridge-${spec.processId}`).kill();
      const before = changes;
      road.open();
      await waitFor(() => changes > before, { what: "a wake-up", timeoutMs: LONG_MS });
    });

    test("while nothing answers nothing is known, and nothing is taken for ended", async () => {
      const road = await openEngineRoad(docker.socket);
      const provider = await (await newDockerWorld(road.url)).open();
      const spec = await game(LISTEN);
      await provider.start(spec);
      await phase(provider, spec, "running");
      road.block(() => true);
      await expect(provider.list()).rejects.toThrow(ProviderAwayError);
      await expect(provider.inspect(spec.processId)).rejects.toThrow(ProviderAwayError);
      await expect(provider.start(await game(""))).rejects.toThrow(ProviderAwayError);
      await expect(provider.stop(spec.processId, 0)).rejects.toThrow(ProviderAwayError);
      road.open();
      expect(await provider.inspect(spec.processId)).toMatchObject({ phase: "running" });
    });

    test("that is not there yet is waited for", async () => {
      const provider = await (await newDockerWorld(`unix://${docker.socket}.later`)).open();
      await expect(provider.list()).rejects.toThrow(ProviderAwayError);
      await provider.prepare();
    });

    test("that is stopped ends its containers with code 0, which is not believed", async () => {
      const provider = await (await newDockerWorld(docker.url)).open();
      const spec = await game(`process.on("SIGTERM", () => process.exit(0)); ${LISTEN}`);
      await provider.start(spec);
      await phase(provider, spec, "running");
      await docker.stop();
      await expect(provider.list()).rejects.toThrow(ProviderAwayError);
      await docker.start();
      const { State } = await docker.client.getContainer(`roombridge-${spec.processId}`).inspect();
      expect(State).toMatchObject({ Running: false, ExitCode: 0 });
      expect(await phase(provider, spec, "exited")).toMatchObject({ hasRun: true, exit: {} });
    });

    test("that was killed tells afterwards what became of its containers, and starts others", async () => {
      const provider = await (await newDockerWorld(docker.url)).open();
      const spec = await game(`process.on("SIGTERM", () => setTimeout(() => process.exit(0), 1_000)); ${LISTEN}`);
      await provider.start(spec);
      await phase(provider, spec, "running");
      await docker.kill();
      await docker.start();
      // The engine has ended it when it came back, which is none of the game's doing.
      expect(await phase(provider, spec, "exited")).toMatchObject({ hasRun: true, exit: {} });
      const { State } = await docker.client.getContainer(`roombridge-${spec.processId}`).inspect();
      expect(State).toMatchObject({ Running: false, ExitCode: 0 });
      await provider.forget(spec.processId);
      const next = await game(LISTEN);
      await provider.start(next);
      await phase(provider, next, "running");
    });

    test("that has lost its containerd does not keep a container running that has ended meanwhile", async () => {
      const provider = await (await newDockerWorld(docker.url)).open();
      const spec = await game(LISTEN);
      await provider.start(spec);
      await phase(provider, spec, "running");
      await loseEnd(spec);
      // Now and then it hears of the end by itself, late; mostly never.
      const { hasRun, exit } = await phase(provider, spec, "exited");
      expect(hasRun).toBe(true);
      expect(exit?.code).not.toBe(0);
      await provider.stop(spec.processId, LONG_MS);
      await patiently("the container to go", () => provider.forget(spec.processId));
      const next = await game(LISTEN, { ports: spec.ports });
      await patiently("a start", () => provider.start(next));
      await phase(provider, next, "running");
    });

    test("that has lost it is asked about a container whose process is not seen, and learns so that it has ended", async () => {
      const world = await newDockerWorld(docker.url);
      const provider = await world.open();
      const spec = await game(LISTEN);
      await provider.start(spec);
      await phase(provider, spec, "running");
      await provider.close();
      await loseEnd(spec);
      const blind = await world.openWith({ procRoot: "/nonexistent" });
      const { exit } = await phase(blind, spec, "exited");
      expect(exit?.code).not.toBe(0);
    });
  });

  describe("a host", () => {
    const newDockerHost = async () => {
      const machine = await newMachine(suite(), {});
      const command = ["node", "/app/src/main.ts"];
      const commands = { game: { image: GAME_IMAGE, command, pull: "never" } };
      await writeFile(join(machine.dataDir, "roombridge.json"), JSON.stringify({ commands }));
      const hostId = `host-${newUuid()}`;
      onTestFinished(async () => {
        for (const id of await containersOf(hostId)) await docker.client.getContainer(id).remove({ force: true });
      });
      const startHost = (overrides: Record<string, string> = {}) =>
        machine.startHost({ HOST_PROVIDER: "docker", HOST_ID: hostId, DOCKER_HOST: docker.url, ...overrides });
      const env = [{ name: "HOST", value: "0.0.0.0" }];
      const additionalContainerPorts = [{ name: "udp", port: 8001, transportType: "udp" as const }];
      const settings = { command: "game", env, requestedMemoryMb: 256, additionalContainerPorts };
      const game = await newGame(machine, settings);
      return { ...machine, hostId, startHost, game };
    };

    test("runs rooms in containers, is killed and started again, and players never notice", async () => {
      const { startHost, game: rooms, hostId, database, dataDir } = await newDockerHost();
      const first = await startHost();
      const { roomId, processId = "" } = await rooms.create();
      const { exposedPort, additionalExposedPorts } = await rooms.active(roomId);
      expect(await echoDatagram(additionalExposedPorts[0]?.port ?? 0, "ping")).toBe("ping");
      const socket = new WebSocket(`ws://127.0.0.1:${exposedPort?.port}/${roomId}`);
      onTestFinished(() => socket.terminate());
      await once(socket, "message");
      await first.kill();
      const second = await startHost();
      await second.line(/game server adopted/, 30_000);
      socket.send("still here");
      expect(String((await once(socket, "message"))[0])).toBe("still here");
      expect(await rooms.processes()).toMatchObject([{ processId, status: "running" }]);
      await requestStop(database, processId, "stop_requested");
      await rooms.destroyed(roomId);
      await waitFor(async () => (await containersOf(hostId)).length === 0, {
        what: "the container to go",
        timeoutMs: 30_000,
      });
      expect(await readFile(join(dataDir, "containers", processId, "log"), "utf8")).toContain("echo-room ready");
    });

    test("whose engine restarts unschedules the rooms, and they can be resumed elsewhere or here", async () => {
      const { startHost, game: rooms } = await newDockerHost();
      const host = await startHost();
      const { roomId } = await rooms.create();
      await rooms.active(roomId);
      // The echo room ends with code 0 on SIGTERM, which would destroy its rooms.
      await docker.stop();
      await host.line(/the engine does not answer/, 30_000);
      expect((await rooms.info(roomId)).status).toBe("active");
      await docker.start();
      await host.line(/the engine answers again/, 30_000);
      await rooms.unscheduled(roomId);
      expect((await rooms.info(roomId)).status).toBe("scheduling");
      await rooms.active((await rooms.create()).roomId);
    });

    test("what a host leaves that never comes back is ended by another host of its engine, and nobody else's", async () => {
      const { startHost, game: rooms, hostId, database, dataDir } = await newDockerHost();
      const first = await startHost();
      const { roomId, processId = "" } = await rooms.create();
      await rooms.active(roomId);
      const { Config, Id } = await docker.client.getContainer(`roombridge-${processId}`).inspect();
      const probe = { "roombridge.host": hostId, "roombridge.process": processId, "roombridge.probe": Id };
      await docker.client.createContainer({ Image: GAME_IMAGE, Cmd: ["cat"], Labels: probe });
      const [copy, stranger] = [Config.Labels, { ...Config.Labels, "roombridge.process": newUuid() }];
      const spared = await Promise.all([
        docker.client.createContainer({ Image: GAME_IMAGE, Cmd: ["cat"], Labels: copy }),
        docker.client.createContainer({
          name: `roombridge-${stranger["roombridge.process"]}`,
          Image: GAME_IMAGE,
          Cmd: ["cat"],
          Labels: stranger,
        }),
      ]);
      await first.kill();
      await database.sql`update hosts set beat_at = clock_timestamp() - interval '7 seconds' where host_id = ${hostId}`;
      const second = await startHost({ HOST_ID: `host-${newUuid()}` });
      await second.line(/a game server that a dead host had left was ended/, 60_000);
      expect((await containersOf(hostId)).toSorted()).toEqual(spared.map(({ id }) => id).toSorted());
      await rooms.unscheduled(roomId);
      expect(await readFile(join(dataDir, "containers", processId, "log"), "utf8")).toContain("echo-room ready");
      await rooms.active((await rooms.create()).roomId);
    });
  });

  /** A process that runs `source`; its ports are 8000, and 8001 for UDP. */
  async function game(source: string, fields: Partial<ProcessSpec> = {}, udp = false): Promise<ProcessSpec> {
    const tcp = { name: "default", port: await freePort(), bindPort: 8000, transportType: "tcp" as const };
    const second = { name: "udp", port: await freePort(), bindPort: 8001, transportType: "udp" as const };
    return newSpec({ ports: udp ? [tcp, second] : [tcp], env: { GAME: source }, ...fields });
  }

  /** The image of the game with an instruction more. */
  async function derive(instruction: string): Promise<string> {
    const image = `roombridge-test/derived:${newUuid()}`;
    const context = tarOf("Dockerfile", `FROM ${GAME_IMAGE}\n${instruction}\n`);
    let answer = "";
    for await (const chunk of await docker.client.buildImage(Readable.from([context]), { t: image }))
      answer += String(chunk);
    if (!answer.includes("Successfully tagged")) throw new Error(`the image could not be built: ${answer}`);
    return image;
  }

  /** Ends a process in a moment in which nobody can tell the engine. */
  async function loseEnd({ processId }: ProcessSpec): Promise<void> {
    const { State } = await docker.client.getContainer(`roombridge-${processId}`).inspect();
    const shim = /^PPid:\s*(\d+)$/m.exec(await readFile(`/proc/${State.Pid}/status`, "utf8"))?.[1];
    await docker.freeze();
    await docker.killContainerd();
    for (const pid of [Number(shim), State.Pid]) process.kill(pid, "SIGKILL");
    await docker.thaw();
  }

  async function containersOf(hostId: string): Promise<string[]> {
    const filters = { label: [`roombridge.host=${hostId}`] };
    return (await docker.client.listContainers({ all: true, filters })).map(({ Id }) => Id);
  }
});

describe.skipIf(!hasDocker)("with an engine that leaves containers alone when it restarts", () => {
  test("a container goes on, and is found again", { timeout: 2 * LONG_MS }, async () => {
    const docker = await startPrivateDocker({ liveRestore: true });
    onTestFinished(() => docker.close(), LONG_MS);
    await importGameImage(docker.client);
    const provider = await (await newDockerWorld(docker.url)).open();
    const port = { name: "default", port: await freePort(), bindPort: 8000, transportType: "tcp" as const };
    const spec = newSpec({ ports: [port], env: { GAME: LISTEN } });
    await provider.start(spec);
    await phase(provider, spec, "running");
    await docker.stop();
    await expect(provider.list()).rejects.toThrow(ProviderAwayError);
    await docker.start();
    await phase(provider, spec, "running");
    await waitFor(() => reach(spec), { what: "the game", timeoutMs: LONG_MS });
    expect((await readText(provider.logs(spec.processId))).match(/up/g)).toHaveLength(1);
  });
});

function phase(provider: Provider, { processId }: ProcessSpec, wanted: Observed["phase"]): Promise<Observed> {
  return waitFor(
    async () => {
      const observed = (await provider.list()).find((one) => one.processId === processId);
      return observed?.phase === wanted && observed;
    },
    { what: `${processId} to be ${wanted}`, timeoutMs: LONG_MS },
  );
}

/** Again and again while the engine has no containerd. */
function patiently(what: string, work: () => Promise<void>): Promise<boolean> {
  const look = async () => {
    await work();
    return true;
  };
  return waitFor(look, { what, timeoutMs: LONG_MS });
}

function logged(provider: Provider, { processId }: ProcessSpec, text: string): Promise<boolean> {
  const find = async () => (await readText(provider.logs(processId))).includes(text);
  return waitFor(find, { what: `${text} in the log`, timeoutMs: LONG_MS });
}

/** Long enough for some looks at a container's ports. */
async function settle(): Promise<void> {
  const begun = performance.now();
  await waitFor(() => performance.now() - begun > 1_500, { what: "some looks" });
}

async function reach({ ports }: ProcessSpec): Promise<boolean> {
  const socket = connect(ports[0]?.port ?? 0, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } finally {
    socket.destroy();
  }
}

async function temporary(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "roombridge-docker-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** A log, and all that was said in it. */
function listeningLog(): { readonly log: Logger; readonly messages: () => string } {
  const said: string[] = [];
  const say = (...values: unknown[]) =>
    void said.push(JSON.stringify(values, (_key, value) => String(value instanceof Error ? value.stack : "") || value));
  const log = Object.assign(createLog({ name: "test", level: "silent", format: "json" }), {
    info: say,
    warn: say,
    error: say,
  });
  return { log, messages: () => said.join("\n") };
}
