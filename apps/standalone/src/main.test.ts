import { spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { existsSync, statSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { childOf, descendants, killTree, requireProgram, stillRunning, waitFor } from "@roombridge/testing";
import { allocate } from "@roombridge/testing/turn";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { roombridge } from "../test/roombridge.ts";
import { callRooms, newDataDir, start, startVariables, type Started } from "../test/started.ts";

const MAIN = join(import.meta.dirname, "main.ts");
/** The promise is 10 s on a machine that does nothing else. */
const HEALED_MS = 20_000;
const SLOW_TEST_MS = 240_000;

const turnserver = requireProgram("turnserver", "coturn");
const PARTS = {
  gateway: /apps\/gateway\/src\/main\.ts/,
  rtc: /apps\/rtc\/src\/main\.ts/,
  host: /apps\/host\/src\/main\.ts/,
  database: /postgres .*cluster_name=/,
  turn: /turnserver -c/,
  "turn-agent": /apps\/turn-agent\/src\/main\.ts/,
} as const;
/** Those that are there only if coturn is installed. */
const RELAY_PARTS: readonly string[] = ["turn", "turn-agent"];
const isPresent = (name: string): boolean => turnserver !== undefined || !RELAY_PARTS.includes(name);

describe("a start that is ready", () => {
  const dataDir = newDataDir();
  let started: Started;

  beforeAll(async () => {
    started = await start(dataDir.path);
  }, SLOW_TEST_MS);

  afterAll(() => dataDir.remove(), SLOW_TEST_MS);
  // Runs before the one above.
  afterAll(async () => void (await started.app.stop()), SLOW_TEST_MS);

  test("says so once, in a line with everything that a client needs", async () => {
    expect(started.app.output().match(/^roombridge ready /gm)).toHaveLength(1);
    expect(started.appId).toBe("app-af469a92-5b45-4565-b3c4-b79878de67d2");
    expect((await fetch(`${started.gateway}/readyz`)).status).toBe(200);
    expect(await accepts(started.rtcPort)).toBe(true);
    expect(started.turnPort === undefined).toBe(turnserver === undefined);
  });

  test("keeps its secrets to the owner of the data directory, and out of the log", () => {
    for (const file of [started.tokenFile, started.databaseUrlFile, join(dataDir.path, "secrets.json")]) {
      expect(statSync(file).mode & 0o777).toBe(0o600);
    }
    expect(started.app.output()).not.toContain(started.token);
    expect(started.app.output()).not.toMatch(/postgres:\/\/[^"\s]*:[^"\s]*@/);
  });

  test.each(["Sao_Paulo", "Dallas"])(
    "gives a room in %s on an echo-room that WebSocket and UDP clients reach",
    async (region) => {
      const { status, body } = await callRooms(started, "create", { region });
      expect(status).toBe(201);
      const roomId = String(body["roomId"]);
      if (started.turnPort !== undefined) {
        const urls = ["udp", "tcp"].map((transport) => `turn:127.0.0.1:${started.turnPort}?transport=${transport}`);
        expect(body["iceServers"]).toMatchObject([{ urls }]);
      }
      const info = await activeConnection(started, roomId);
      const { host, port } = info.exposedPort;
      expect(await echoWebSocket(`ws://${host}:${port}/${roomId}`, "over tcp")).toContain("over tcp");
      const udp = info.additionalExposedPorts.find((exposed) => exposed.transportType === "udp");
      expect(await echoUdp(udp?.host ?? "", udp?.port ?? 0, "over udp")).toContain("over udp");
    },
  );

  test("refuses a second start on the same data directory, and goes on", async () => {
    const { code, stderr, stdout } = await run(startVariables(dataDir.path));
    expect(code).toBe(1);
    expect(stdout).toBe("");
    expect(stderr).toContain(`already (pid ${started.app.pid}, gateway ${started.gateway})`);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect((await fetch(`${started.gateway}/readyz`)).status).toBe(200);
  });

  test(
    "is found well by the doctor",
    async () => {
      const examined = async () => {
        const { code, stdout, stderr } = await roombridge(["doctor"], { ROOMBRIDGE_DATA_DIR: dataDir.path });
        // A relay is healthy after its first test allocation.
        if (code !== 0) throw new Error(`${stdout}${stderr}`);
        return stdout;
      };
      const findings = await waitFor(examined, { what: "nothing to fail", timeoutMs: HEALED_MS * 3 });
      expect(findings).toMatch(/^ok {4}hosts {9}host-/m);
      expect(findings).toMatch(turnserver === undefined ? /no relay has reported/ : /^ok {4}relays .* sessions$/m);
      expect(findings).not.toContain(started.token);
    },
    SLOW_TEST_MS,
  );

  describe.each(Object.keys(PARTS) as (keyof typeof PARTS)[])("kill -9 of the %s", (name) => {
    test.skipIf(!isPresent(name))(
      "is healed: rooms are there, new ones become active and are cut off when destroyed, on the same addresses",
      async () => {
        const roomId = await createRoom(started, "London");
        const before = await killPart(name);
        await waitFor(() => isNew(name, before), { what: `a new ${name}`, timeoutMs: HEALED_MS });
        await waitFor(() => isHealed(roomId), { what: "the room from before and a new one", timeoutMs: HEALED_MS });
        const fresh = await createRoom(started, "London");
        await activeConnection(started, fresh);
        if (turnserver !== undefined) await endsRelaySession(started);
      },
      SLOW_TEST_MS,
    );
  });

  test(
    "kill -9 of all parts at once is healed",
    async () => {
      const roomId = await createRoom(started, "London");
      const names = Object.keys(PARTS) as (keyof typeof PARTS)[];
      const present = names.filter(isPresent);
      const killed = await Promise.all(present.map(killPart));
      for (const [index, name] of present.entries()) {
        await waitFor(() => isNew(name, killed[index]), { what: `a new ${name}`, timeoutMs: HEALED_MS });
      }
      await waitFor(() => isHealed(roomId), { what: "the room from before and a new one", timeoutMs: HEALED_MS });
      if (turnserver !== undefined) await endsRelaySession(started);
    },
    SLOW_TEST_MS,
  );

  async function killPart(name: keyof typeof PARTS): Promise<number> {
    const { pid } = await waitFor(() => childOf(started.app.pid, PARTS[name]), { what: `a ${name} to kill` });
    process.kill(pid, "SIGKILL");
    return pid;
  }

  function isNew(name: keyof typeof PARTS, before: number | undefined): boolean {
    const part = childOf(started.app.pid, PARTS[name]);
    return part !== undefined && part.pid !== before;
  }

  async function isHealed(roomId: string): Promise<boolean> {
    const { status } = await callRooms(started, `info/${roomId}`);
    const created = await callRooms(started, "create", { region: "London" });
    return status === 200 && created.status === 201 && (await accepts(started.rtcPort));
  }
});

describe.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)("%s", (signal) => {
  test(
    "stops everything in order and leaves no process",
    async () => {
      const dataDir = dataDirForTest();
      const started = await startForTest(dataDir);
      await activeConnection(started, await createRoom(started, "Tokyo"));
      const processes = descendants(started.app.pid);
      expect(processes.length).toBeGreaterThan(4);
      process.kill(started.app.pid, signal);
      // npm and its shell may hand on what the terminal has sent us already.
      await started.app.line(/"stopping"/);
      process.kill(started.app.pid, signal);
      expect(await started.app.exited).toEqual({ code: 0, signal: null });
      expect(stillRunning(processes)).toEqual([]);
      expect(existsSync(join(dataDir, "start.json"))).toBe(false);
    },
    SLOW_TEST_MS,
  );
});

test(
  "stopped right after its host was killed, it ends the game servers that the host has left",
  async () => {
    const started = await startForTest(dataDirForTest());
    await activeConnection(started, await createRoom(started, "Tokyo"));
    const processes = descendants(started.app.pid);
    const host = processes.find(({ command }) => PARTS.host.test(command));
    expect(host).toBeDefined();
    process.kill(host?.pid ?? 0, "SIGKILL");
    await started.app.line(/host ended \(SIGKILL\)/);
    expect(await started.app.stop()).toEqual({ code: 0, signal: null });
    expect(stillRunning(processes)).toEqual([]);
  },
  SLOW_TEST_MS,
);

test(
  "after kill -9 of everything the next start finds the database and the rooms, with the same token",
  async () => {
    const dataDir = dataDirForTest();
    const first = await startForTest(dataDir);
    const roomId = await createRoom(first, "Sydney");
    killTree(first.app.pid);
    await first.app.exited;
    const second = await startForTest(dataDir);
    expect(second.token).toBe(first.token);
    expect((await callRooms(second, `info/${roomId}`)).body).toMatchObject({ roomId });
    await activeConnection(second, await createRoom(second, "Sydney"));
  },
  SLOW_TEST_MS,
);

test(
  "after kill -9 of the supervisor alone its parts end by themselves, and the next start takes over on the same ports",
  async () => {
    const dataDir = dataDirForTest();
    const first = await startForTest(dataDir);
    const roomId = await createRoom(first, "Mumbai");
    const apps = descendants(first.app.pid).filter(({ command }) => command.includes("/apps/"));
    await first.app.kill();
    const ports = { GATEWAY_PORT: new URL(first.gateway).port, RTC_PORT: String(first.rtcPort) };
    const second = await startForTest(dataDir, ports);
    expect(second.gateway).toBe(first.gateway);
    expect((await callRooms(second, `info/${roomId}`)).status).toBe(200);
    await waitFor(() => stillRunning(apps).length === 0, { what: "the orphaned apps to end", timeoutMs: 30_000 });
  },
  SLOW_TEST_MS,
);

test(
  "a port that is taken stops the start before anything runs, and the variable is named",
  async () => {
    const port = await takePort();
    const { code, stderr } = await run(startVariables(dataDirForTest(), { GATEWAY_PORT: port }));
    expect(code).toBe(1);
    expect(stderr).toContain(`port ${port} of 127.0.0.1 is taken by another program; set GATEWAY_PORT`);
  },
  SLOW_TEST_MS,
);

test.skipIf(turnserver === undefined)(
  "a taken port that TURN_PORT asks for stops the start as well",
  async () => {
    const port = await takePort();
    const { code, stderr } = await run(startVariables(dataDirForTest(), { TURN_PORT: port }));
    expect(code).toBe(1);
    expect(stderr).toMatch(new RegExp(`port ${port} .*taken.*TURN_PORT`));
  },
  SLOW_TEST_MS,
);

test(
  "a part that cannot start stops the start, with its reason and without trying for ever",
  async () => {
    const dataDir = dataDirForTest();
    const { code, stdout, stderr } = await run(startVariables(dataDir, { RTC_REGION: "Atlantis" }));
    expect(code).toBe(1);
    expect(stdout).toContain("RTC_REGION");
    expect(stderr).toContain("Roombridge could not be started: rtc ended before it was ready");
  },
  SLOW_TEST_MS,
);

test("wrong variables are all told at once", async () => {
  const { code, stderr } = await run({ GATEWAY_PORT: "x", RTC_PORT: "y" });
  expect(code).toBe(1);
  expect(stderr).toMatch(/GATEWAY_PORT: .*\nRTC_PORT: /);
});

async function takePort(): Promise<string> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const address = server.address();
  return typeof address === "object" ? String(address?.port) : "";
}

function dataDirForTest(): string {
  const { path, remove } = newDataDir();
  onTestFinished(remove, SLOW_TEST_MS);
  return path;
}

async function startForTest(dataDir: string, variables?: Record<string, string>): Promise<Started> {
  const started = await start(dataDir, variables);
  onTestFinished(async () => void (await started.app.stop()), SLOW_TEST_MS);
  return started;
}

async function createRoom(started: Started, region: string): Promise<string> {
  const { status, body } = await callRooms(started, "create", { region });
  expect(status).toBe(201);
  return String(body["roomId"]);
}

/** Destroys a room with a relay session over TCP, which ends by that. */
async function endsRelaySession(started: Started): Promise<void> {
  const { gateway, appId, token, turnPort: port = 0 } = started;
  const { body } = await callRooms(started, "create", { region: "London" });
  const [server] = body["iceServers"] as { username: string; credential: string }[];
  const { username = "", credential: password = "" } = server ?? {};
  const session = await waitFor(
    async () => {
      const answer = await allocate({ host: "127.0.0.1", port, transport: "tcp", username, password });
      return answer.ok && answer;
    },
    { what: "a relay session", timeoutMs: HEALED_MS },
  );
  let isOver = false;
  void session.closed.then(() => (isOver = true));
  const headers = { authorization: `Bearer ${token}` };
  const url = `${gateway}/rooms/v2/${appId}/destroy/${String(body["roomId"])}`;
  expect((await fetch(url, { method: "POST", headers })).status).toBe(204);
  await waitFor(() => isOver, { what: "the relay session to end", timeoutMs: HEALED_MS });
}

interface ExposedPort {
  readonly host: string;
  readonly port: number;
  readonly transportType: string;
}

interface Connection {
  readonly exposedPort: ExposedPort;
  readonly additionalExposedPorts: readonly ExposedPort[];
}

function activeConnection(started: Started, roomId: string): Promise<Connection> {
  return waitFor(
    async () => {
      const { body } = await callRooms(started, `connectioninfo/${roomId}`);
      return body["status"] === "active" ? (body as unknown as Connection) : undefined;
    },
    { what: `room ${roomId} to be active`, timeoutMs: 60_000 },
  );
}

async function echoWebSocket(url: string, text: string): Promise<string> {
  const socket = new WebSocket(url);
  try {
    return await new Promise<string>((resolve, reject) => {
      socket.addEventListener("open", () => socket.send(text));
      socket.addEventListener("message", ({ data }) => String(data).includes(text) && resolve(String(data)));
      socket.addEventListener("error", () => reject(new Error(`${url} cannot be opened`)));
    });
  } finally {
    socket.close();
  }
}

async function echoUdp(host: string, port: number, text: string): Promise<string> {
  const socket = createSocket("udp4");
  try {
    socket.send(text, port, host);
    const [message] = (await once(socket, "message")) as [Buffer];
    return message.toString();
  } finally {
    socket.close();
  }
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** Runs a start that is expected to fail. */
async function run(
  variables: Record<string, string>,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [MAIN], {
    env: { PATH: process.env["PATH"] ?? "", ...variables },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const read = async (stream: NodeJS.ReadableStream): Promise<string> => {
    let text = "";
    for await (const chunk of stream) text += String(chunk);
    return text;
  };
  const [stdout, stderr, [code]] = await Promise.all([read(child.stdout), read(child.stderr), once(child, "exit")]);
  return { code: code as number | null, stdout, stderr };
}
