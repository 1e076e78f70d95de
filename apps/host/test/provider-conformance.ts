import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { newUuid } from "@roombridge/rooms";
import { freePort, waitFor } from "@roombridge/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  PortTakenError,
  type ProcessPort,
  type ProcessSpec,
  type Provider,
  SpawnError,
} from "../src/provider/provider.ts";
import { newSpec, readText } from "./process-spec.ts";

/** The command that every provider under test must have as `game`: it runs what a process finds in GAME. */
export const GAME_ARGV = ["node", "-e", "eval(process.env.GAME)"] as const;

export interface ProviderWorld {
  /** Opens a provider; a second one of the same world is what a host that was started again opens. */
  open(onChange?: () => void): Promise<Provider>;
  /** The address on which a game server can be reached. */
  readonly bindHost: string;
  /** Names of variables that a process has besides its own: the operator's, the image's, the shell's. */
  readonly ambient: readonly string[];
}

const LONG_MS = 60_000;
/** How many processes start at once. */
const MANY = 8;

const PRELUDE = `
const net = require("net"), dgram = require("dgram"), { PORT, UDP_PORT, BIND } = process.env;
const listen = (onData = () => {}) => net.createServer((socket) => {
  socket.on("error", () => {}).on("data", onData).pipe(socket);
}).listen(PORT, BIND, () => console.log("tcp"));
const bind = (onData = () => {}) => {
  const socket = dgram.createSocket("udp4");
  socket.on("message", (data, from) => { socket.send(data, from.port, from.address); onData(data); });
  socket.bind(UDP_PORT, BIND, () => console.log("udp"));
};
const stay = () => setInterval(() => {}, 1000);
`;

/** What any provider must do, whatever it runs processes with. `newWorld` is called for each test. */
export function describeProvider(name: string, newWorld: () => Promise<ProviderWorld>): void {
  describe(`a ${name} provider`, { timeout: 2 * LONG_MS }, () => {
    describe("start", () => {
      test("happens once for a processId, however often and at once it is asked for", async () => {
        const { provider, spec, seen, log } = await setUp(await newWorld(), `console.log("up"); listen()`);
        await Promise.all([provider.start(spec), provider.start(spec)]);
        await seen(spec.processId, "running");
        await provider.start(spec);
        expect(await provider.list()).toHaveLength(1);
        expect((await log(spec.processId)).match(/up/g)).toHaveLength(1);
      });

      test("does nothing for a process that has exited and was not forgotten, and starts it anew afterwards", async () => {
        const { provider, spec, seen, log } = await setUp(await newWorld(), `console.log("up")`);
        await provider.start(spec);
        await seen(spec.processId, "exited");
        await provider.start(spec);
        expect(await provider.inspect(spec.processId)).toMatchObject({ phase: "exited" });
        await provider.forget(spec.processId);
        await provider.start(spec);
        await seen(spec.processId, "exited");
        expect((await log(spec.processId)).match(/up/g)?.length).toBeGreaterThan(0);
      });

      test.each([null, "unknown"])("of the command %s fails with a sentence", async (command) => {
        const { provider, spec } = await setUp(await newWorld(), "");
        await expect(provider.start({ ...spec, command })).rejects.toThrow(SpawnError);
        expect(await provider.list()).toEqual([]);
      });

      test("of many at once gives each its own", async () => {
        const { provider, newGame, seen } = await setUp(await newWorld(), "listen()");
        const specs = await Promise.all(Array.from({ length: MANY }, () => newGame("listen()")));
        await Promise.all(specs.map((spec) => provider.start(spec)));
        for (const { processId, ports } of specs) {
          await seen(processId, "running");
          expect(await echo(ports[0]?.port ?? 0, processId)).toBe(processId);
        }
        expect(await provider.list()).toHaveLength(MANY);
        await Promise.all(specs.map(({ processId }) => provider.stop(processId, 0)));
        for (const { phase } of await provider.list()) expect(phase).toBe("exited");
      });
    });

    describe("readiness", () => {
      test.each([
        ["UDP", "TCP", `bind((data) => String(data) === "go" && listen())`],
        [
          "TCP",
          "UDP",
          `let bound = false; listen((data) => { if (!bound && String(data) === "go") { bound = true; bind(); } })`,
        ],
      ])("with %s bound waits for %s", async (first, _second, source) => {
        const { provider, spec, seen, logged } = await setUp(await newWorld(), source, { udp: true });
        const [tcp, udp] = spec.ports.map(({ port }) => port);
        await provider.start(spec);
        await logged(spec.processId, first.toLowerCase());
        // Once it answers it has been bound for a while, so that more than one look has passed.
        const say = (text: string) => (first === "UDP" ? echoDatagram(udp ?? 0, text) : echo(tcp ?? 0, text));
        for (let round = 0; round < 3; round += 1) await say("hello");
        await looks(provider, spec.processId);
        expect(await provider.inspect(spec.processId)).toMatchObject({ phase: "starting", hasRun: false });
        await say("go");
        const running = await seen(spec.processId, "running");
        expect(running.hasRun).toBe(true);
        expect(running.endpoints).toEqual([
          { host: "127.0.0.1", name: "default", port: tcp, transportType: "tcp" },
          { host: "127.0.0.1", name: "udp", port: udp, transportType: "udp" },
        ]);
        expect(await echo(tcp ?? 0, "ping")).toBe("ping");
        expect(await echoDatagram(udp ?? 0, "ping")).toBe("ping");
      });

      test("never comes for a process that binds nothing, and nobody else is blamed", async () => {
        const { provider, spec, logged } = await setUp(await newWorld(), `console.log("up"); stay()`);
        await provider.start(spec);
        await logged(spec.processId, "up");
        await looks(provider, spec.processId);
        expect(await provider.inspect(spec.processId)).toMatchObject({ phase: "starting", foreignPorts: [] });
      });

      test("never comes from a stranger on the port, who is told instead", async () => {
        const { provider, spec } = await setUp(await newWorld(), "listen(); process.on('uncaughtException', stay)");
        const port = spec.ports[0]?.port ?? 0;
        const stranger = createServer().listen(port, "127.0.0.1");
        await once(stranger, "listening");
        onTestFinished(() => void stranger.close());
        expect(await provider.takenPorts([port])).toEqual([port]);
        const taken = await provider.start(spec).then(
          () =>
            waitFor(
              async () => {
                const { phase, foreignPorts = [] } = (await provider.inspect(spec.processId)) ?? {};
                expect(phase).not.toBe("running");
                return foreignPorts.length > 0 && foreignPorts;
              },
              { what: "the stranger to be told", timeoutMs: LONG_MS },
            ),
          (error: unknown) => {
            if (error instanceof PortTakenError) return error.ports;
            throw error;
          },
        );
        expect(taken).toEqual([port]);
      });
    });

    describe("the end", () => {
      test.each([
        ["exit code 0", "process.exit(0)", { code: 0 }],
        ["another exit code", "process.exit(3)", { code: 3 }],
        ["a crash", "process.kill(process.pid, 'SIGKILL')", { signal: "SIGKILL" }],
        ["SIGTERM by its own hand", "process.kill(process.pid, 'SIGTERM'); stay()", { signal: "SIGTERM" }],
      ])("by %s is told as such, before it bound", async (_what, source, exit) => {
        const { provider, spec, seen } = await setUp(await newWorld(), source);
        await provider.start(spec);
        expect(await seen(spec.processId, "exited")).toMatchObject({ hasRun: false, foreignPorts: [], exit });
      });

      test("after it ran is told with the exit code, and wakes", async () => {
        let changes = 0;
        const world = await newWorld();
        const { provider, spec, seen } = await setUp(world, "listen(() => process.exit(7))", {
          onChange: () => (changes += 1),
        });
        await provider.start(spec);
        await waitFor(() => changes > 0, { what: "the wake-up when it is ready", timeoutMs: LONG_MS });
        await seen(spec.processId, "running");
        const before = changes;
        await echo(spec.ports[0]?.port ?? 0, "die").catch(() => {});
        await waitFor(() => changes > before, { what: "the wake-up when it has ended", timeoutMs: LONG_MS });
        expect(await seen(spec.processId, "exited")).toMatchObject({ hasRun: true, exit: { code: 7 } });
      });
    });

    describe("a memory limit", () => {
      const GREEDY = "const kept = []; setInterval(() => kept.push(Buffer.alloc(8e6, 1)), 50);";

      test("ends a server that takes more, and that is told", async () => {
        const { provider, spec, seen } = await setUp(await newWorld(), `listen(); ${GREEDY}`);
        await provider.start({ ...spec, limits: { cpu: 1, memoryMb: 128 } });
        expect(await seen(spec.processId, "exited")).toMatchObject({ exit: { oom: true } });
      });

      test("leaves one alone that keeps to it", async () => {
        const { provider, spec, seen } = await setUp(await newWorld(), "const kept = Buffer.alloc(64e6, 1); listen()");
        await provider.start(spec);
        await seen(spec.processId, "running");
        await looks(provider, spec.processId);
        expect(await provider.inspect(spec.processId)).toMatchObject({ phase: "running" });
        await provider.stop(spec.processId, 0);
        expect((await provider.inspect(spec.processId))?.exit).not.toHaveProperty("oom");
      });
    });

    describe("stop", () => {
      test("lets a server that hears SIGTERM end by itself", async () => {
        const source = `process.on("SIGTERM", () => setTimeout(() => process.exit(5), 100)); listen()`;
        const { provider, spec, seen } = await setUp(await newWorld(), source);
        await provider.start(spec);
        await seen(spec.processId, "running");
        await provider.stop(spec.processId, LONG_MS);
        expect(await provider.inspect(spec.processId)).toMatchObject({ phase: "exited", exit: { code: 5 } });
      });

      test("kills after the grace period, and a second one shortens it without a second SIGTERM", async () => {
        const source = `process.on("SIGTERM", () => console.log("term")); listen()`;
        const { provider, spec, seen, log, logged } = await setUp(await newWorld(), source);
        await provider.start(spec);
        await seen(spec.processId, "running");
        const first = provider.stop(spec.processId, LONG_MS);
        await logged(spec.processId, "term");
        await provider.stop(spec.processId, 300);
        await first;
        expect(await provider.inspect(spec.processId)).toMatchObject({ phase: "exited", exit: { signal: "SIGKILL" } });
        expect((await log(spec.processId)).match(/term/g)).toHaveLength(1);
      });

      test("takes the children along", async () => {
        const child = `require("net").createServer().listen(process.env.PORT, process.env.BIND, () => console.log("child"))`;
        const source = `require("child_process").spawn("node", ["-e", ${JSON.stringify(child)}], { stdio: "inherit" });
          process.on("SIGTERM", () => process.exit(0))`;
        const { provider, spec, seen, logged } = await setUp(await newWorld(), source);
        await provider.start(spec);
        await logged(spec.processId, "child");
        await seen(spec.processId, "running");
        await provider.stop(spec.processId, LONG_MS);
        expect(await provider.takenPorts(spec.ports.map(({ port }) => port))).toEqual([]);
      });

      test("and forget of what is unknown, or over, are harmless", async () => {
        const { provider, spec, seen } = await setUp(await newWorld(), "process.exit(0)");
        await provider.stop(newUuid(), 0);
        await provider.forget(newUuid());
        expect(await provider.inspect(newUuid())).toBeUndefined();
        expect(await provider.stats(newUuid())).toBeUndefined();
        expect(await readText(provider.logs(newUuid(), { tailLines: 10 }))).toBe("");
        expect(await provider.hasLog(newUuid())).toBe(false);
        await provider.start(spec);
        await seen(spec.processId, "exited");
        await provider.stop(spec.processId, LONG_MS);
        await provider.forget(spec.processId);
        await provider.forget(spec.processId);
        expect(await provider.list()).toEqual([]);
      });
    });

    describe("a provider that is opened anew", () => {
      test("finds what runs, with its addresses, and can stop it", async () => {
        const world = await newWorld();
        const { provider, spec, seen } = await setUp(world, "listen()", { udp: false });
        await provider.start(spec);
        const { endpoints } = await seen(spec.processId, "running");
        await provider.close();
        const second = await world.open();
        const found = await phase(second, spec.processId, "running");
        expect(found).toMatchObject({ hasRun: true, endpoints });
        expect(await echo(spec.ports[0]?.port ?? 0, "still here")).toBe("still here");
        await second.start(spec);
        expect(await second.list()).toHaveLength(1);
        await second.stop(spec.processId, LONG_MS);
        expect(await second.inspect(spec.processId)).toMatchObject({ phase: "exited", exit: { signal: "SIGTERM" } });
        await second.forget(spec.processId);
        expect(await (await world.open()).list()).toEqual([]);
      });

      test("finds the end that nobody saw", async () => {
        const world = await newWorld();
        const { provider, spec, logged } = await setUp(world, `listen(() => setTimeout(() => process.exit(9), 300))`);
        await provider.start(spec);
        await logged(spec.processId, "tcp");
        await echo(spec.ports[0]?.port ?? 0, "die");
        await provider.close();
        const second = await world.open();
        expect(await phase(second, spec.processId, "exited")).toMatchObject({ exit: { code: 9 } });
      });
    });

    describe("logs", () => {
      test("are both streams, whole or the last lines, and stay when the process is forgotten", async () => {
        const source = `for (let n = 1; n <= 500; n += 1) console.log("line " + n); console.error("error"); process.exitCode = 1`;
        const { provider, spec, seen, log } = await setUp(await newWorld(), source);
        await provider.start(spec);
        await seen(spec.processId, "exited");
        const whole = await log(spec.processId);
        expect(whole.split("\n")).toHaveLength(502);
        expect(whole).toContain("error\n");
        for (const forgotten of [false, true]) {
          if (forgotten) await provider.forget(spec.processId);
          expect(await provider.hasLog(spec.processId)).toBe(true);
          const tail = await readText(provider.logs(spec.processId, { tailLines: 3 }));
          expect(tail.split("\n")).toHaveLength(4);
          expect(tail).toContain("line 500\n");
          expect(await log(spec.processId)).toBe(whole);
          expect(await readText(provider.logs(spec.processId, { follow: true, tailLines: 3 }))).toBe(tail);
        }
      });

      test("are followed while they are written, to the end of the process", async () => {
        const source = `console.log("old"); listen((data) => { const text = String(data); console.log(text); if (text === "end") process.exit(0); })`;
        const { provider, spec, seen } = await setUp(await newWorld(), source);
        await provider.start(spec);
        await seen(spec.processId, "running");
        let text = "";
        const following = (async () => {
          for await (const chunk of provider.logs(spec.processId, { follow: true }))
            text += Buffer.from(chunk).toString();
        })();
        await waitFor(() => text.startsWith("old\n"), { what: "what was written before", timeoutMs: LONG_MS });
        const port = spec.ports[0]?.port ?? 0;
        await echo(port, "news");
        await waitFor(() => text.includes("news\n"), { what: "what is written now", timeoutMs: LONG_MS });
        await echo(port, "end").catch(() => {});
        await following;
        expect(text).toMatch(/^old\ntcp\nnews\nend\n$/);
      });

      test("are followed until the reader has enough", async () => {
        const { provider, spec, seen } = await setUp(await newWorld(), "listen()");
        await provider.start(spec);
        await seen(spec.processId, "running");
        const enough = new AbortController();
        const options = { follow: true, signal: enough.signal };
        for await (const chunk of provider.logs(spec.processId, options)) {
          expect(Buffer.from(chunk).toString()).toContain("tcp");
          enough.abort();
        }
        expect(await provider.inspect(spec.processId)).toMatchObject({ phase: "running" });
      });
    });

    test("a process has its own variables and nothing of the host's", async () => {
      const world = await newWorld();
      const source = `console.log(JSON.stringify(process.env))`;
      const { provider, spec, seen, log } = await setUp(world, source);
      await provider.start({ ...spec, env: { ...spec.env, TEXT: "a=b, 'c'\nd", EMPTY: "" } });
      await seen(spec.processId, "exited");
      const { GAME: _game, ...env } = JSON.parse(await log(spec.processId)) as Record<string, string>;
      const own = Object.entries(env).filter(([key]) => !world.ambient.includes(key));
      expect(Object.fromEntries(own)).toEqual({
        PORT: spec.env["PORT"],
        BIND: world.bindHost,
        TEXT: "a=b, 'c'\nd",
        EMPTY: "",
      });
    });

    test("stats tell processor time, memory and connections while it runs", async () => {
      const source = `const until = Date.now() + 300; while (Date.now() < until); listen()`;
      const { provider, spec, seen } = await setUp(await newWorld(), source);
      await provider.start(spec);
      await seen(spec.processId, "running");
      const sockets = [0, 1].map(() => connect(spec.ports[0]?.port ?? 0, "127.0.0.1"));
      onTestFinished(() => sockets.forEach((socket) => socket.destroy()));
      const stats = await waitFor(
        async () => {
          const found = await provider.stats(spec.processId);
          return found?.tcpConnections === 2 && found;
        },
        { what: "two connections", timeoutMs: LONG_MS },
      );
      expect(stats.cpuSeconds).toBeGreaterThan(0.05);
      expect(stats.cpuSeconds).toBeLessThan(60);
      expect(stats.memoryBytes).toBeGreaterThan(5e6);
      expect(stats.memoryBytes).toBeLessThan(1e9);
      await provider.stop(spec.processId, 0);
      expect(await provider.stats(spec.processId)).toBeUndefined();
    });

    test("connections are counted where a process can be reached over TCP only, and while it runs", async () => {
      const world = await newWorld();
      const { provider, spec, newGame, seen } = await setUp(world, "listen()");
      const mixed = await newGame("listen(); bind()", true);
      await provider.start(spec);
      await provider.start(mixed);
      for (const { processId } of [spec, mixed]) await seen(processId, "running");
      const counted = async (count: number | undefined) => {
        const isSo = async () => (await provider.countConnections()).get(spec.processId) === count;
        await waitFor(isSo, { what: `${count} connections`, timeoutMs: LONG_MS });
      };
      await counted(0);
      const sockets = [spec, mixed, spec].map(({ ports }) => connect(ports[0]?.port ?? 0, "127.0.0.1"));
      onTestFinished(() => sockets.forEach((socket) => socket.destroy()));
      await counted(2);
      expect((await provider.countConnections()).has(mixed.processId)).toBe(false);
      sockets[0]?.destroy();
      await counted(1);
      await provider.stop(spec.processId, 0);
      await counted(undefined);
    });

    test("a connection counts for a while after the game server has ended it: players may come for a moment only", async () => {
      const { provider, spec, seen } = await setUp(
        await newWorld(),
        `net.createServer((s) => s.end()).listen(PORT, BIND)`,
      );
      await provider.start(spec);
      await seen(spec.processId, "running");
      const player = connect(spec.ports[0]?.port ?? 0, "127.0.0.1").resume();
      await once(player, "close");
      expect((await provider.countConnections()).get(spec.processId)).toBe(1);
    });

    test("prepare says nothing of what is in order", async () => {
      const { provider } = await setUp(await newWorld(), "");
      await provider.prepare();
    });
  });
}

async function setUp(
  world: ProviderWorld,
  source: string,
  { udp = false, onChange = () => {} }: { readonly udp?: boolean; readonly onChange?: () => void } = {},
) {
  const provider = await world.open(onChange);
  const newGame = async (game: string, hasUdp = udp): Promise<ProcessSpec> => {
    const port = async (name: string, bindPort: number, transportType: "tcp" | "udp"): Promise<ProcessPort> => {
      const published = await freePort();
      return { name, port: published, bindPort: provider.mapsPorts ? bindPort : published, transportType };
    };
    const ports = [await port("default", 8000, "tcp"), ...(hasUdp ? [await port("udp", 8001, "udp")] : [])];
    const [PORT = "", UDP_PORT] = ports.map(({ bindPort }) => String(bindPort));
    const env = { GAME: PRELUDE + game, PORT, BIND: world.bindHost, ...(UDP_PORT === undefined ? {} : { UDP_PORT }) };
    return newSpec({ ports, env });
  };
  const log = (processId: string) => readText(provider.logs(processId));
  return {
    provider,
    newGame,
    spec: await newGame(source),
    log,
    seen: (processId: string, wanted: "running" | "exited") => phase(provider, processId, wanted),
    logged: (processId: string, text: string) =>
      waitFor(async () => (await log(processId)).includes(text), { what: `${text} in the log`, timeoutMs: LONG_MS }),
  };
}

function phase(provider: Provider, processId: string, wanted: "running" | "exited") {
  return waitFor(
    async () => {
      const observed = (await provider.list()).find((one) => one.processId === processId);
      return observed?.phase === wanted && observed;
    },
    { what: `${processId} to be ${wanted}`, timeoutMs: LONG_MS },
  );
}

/** Waits until a provider has looked at the ports of a process a few times. */
async function looks(provider: Provider, processId: string): Promise<void> {
  const begun = performance.now();
  await waitFor(
    async () => {
      await provider.inspect(processId);
      return performance.now() - begun > 1_000;
    },
    { what: "some looks", timeoutMs: LONG_MS },
  );
}

async function echo(port: number, text: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    socket.write(text);
    // Without an answer when the other side closes.
    for await (const data of socket) return String(data);
    throw new Error("closed without an answer");
  } finally {
    socket.destroy();
  }
}

/** Asks again until there is an answer: datagrams may be lost, also while nobody has bound the port yet. */
export async function echoDatagram(port: number, text: string): Promise<string> {
  const socket = createSocket("udp4");
  try {
    let answer: string | undefined;
    socket.on("message", (data) => (answer = data.toString()));
    let asked = 0;
    return await waitFor(
      () => {
        if (asked % 8 === 0) socket.send(text, port, "127.0.0.1");
        asked += 1;
        return answer;
      },
      { what: "an answer over UDP", timeoutMs: LONG_MS },
    );
  } finally {
    socket.close();
  }
}
