import { randomBytes } from "node:crypto";
import type { Application } from "@roombridge/rooms";
import { freePort, startApp, TEST_REGION, waitFor, type App } from "@roombridge/testing";
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { CleanUp } from "./setup.ts";

const LONG_MS = 60_000;

/** Where game servers come from, and a gateway before them. Each runs the echo room, two rooms at a time. */
export interface GameServerWorld {
  readonly gateway: string;
  readonly application: Application;
  readonly token: string;
  /** A room without a free slot brings a server about. */
  readonly startsServers: boolean;
  /** Sees to it that the next room finds a server, or gets one. */
  ready(): Promise<void>;
  /** To the game server itself. */
  signal(processId: string, signal: NodeJS.Signals): Promise<void>;
  /** Kills the part of Roombridge that watches the game server, and starts it again. */
  interrupt(): Promise<void>;
}

interface Port {
  readonly host: string;
  readonly port: number;
}

interface Process {
  readonly processId: string;
  readonly status: string;
  readonly exposedPort: Port | null;
  readonly startedAt: string | null;
  readonly terminatedAt: string | null;
  readonly roomsAllocated: number;
  readonly summaryExitReason?: string;
}

/** What callers and players may expect of a game server, whoever runs it. The world serves all tests. */
export function describeGameServers(name: string, open: (cleanUp: CleanUp) => Promise<GameServerWorld>): void {
  describe(`game servers of ${name}`, { timeout: 3 * LONG_MS }, () => {
    let world: GameServerWorld;
    const hooks: (() => Promise<void>)[] = [];
    beforeAll(async () => {
      world = await open((hook) => hooks.push(hook));
    }, LONG_MS);
    afterEach(async () => {
      for (const { processId } of await living()) await call("POST", `/processes/v2/${app()}/stop/${processId}`);
      await waitFor(async () => (await living()).length === 0, { what: "all servers to end", timeoutMs: LONG_MS });
    });
    afterAll(async () => {
      for (const hook of hooks.reverse()) await hook();
    }, LONG_MS);

    const app = () => world.application.appId;
    const ask = (method: string, path: string, body?: object) =>
      fetch(world.gateway + path, {
        method,
        headers: { authorization: `Bearer ${world.token}` },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    const call = async (method: string, path: string, body?: object) => {
      const response = await ask(method, path, body);
      const text = await response.text();
      return { status: response.status, body: text === "" ? undefined : JSON.parse(text) };
    };
    const create = () => call("POST", `/rooms/v2/${app()}/create`, { region: TEST_REGION, roomConfig: "a map" });
    const info = async (roomId: string) => (await call("GET", `/rooms/v2/${app()}/info/${roomId}`)).body;
    const processOf = async (processId: string): Promise<Process> =>
      (await call("GET", `/processes/v3/apps/${app()}/processes/${processId}`)).body;
    const living = async (): Promise<Process[]> =>
      (await call("GET", `/processes/v3/apps/${app()}/processes/latest`)).body.filter(
        ({ terminatedAt }: Process) => terminatedAt === null,
      );
    const ended = (processId: string) =>
      waitFor(
        async () => {
          const process = await processOf(processId);
          return process.terminatedAt !== null && process;
        },
        { what: `process ${processId} to end`, timeoutMs: LONG_MS },
      );
    /** A room in which players can be, and where they connect. */
    const play = async () => {
      await world.ready();
      const { status, body } = await create();
      expect([status, body]).toMatchObject([201, {}]);
      const { roomId, processId }: { roomId: string; processId: string } = body;
      const port = await waitFor(
        async (): Promise<Port | false> => {
          const { body: connection } = await call("GET", `/rooms/v2/${app()}/connectioninfo/${roomId}`);
          return connection.status === "active" && connection.exposedPort;
        },
        { what: `room ${roomId} to be active`, timeoutMs: LONG_MS },
      );
      return { roomId, processId, port };
    };

    test("players connect to the port that callers are told, and find their room", async () => {
      const { roomId, processId, port } = await play();
      const player = await connect(port, roomId);
      expect(JSON.parse(await player.hear())).toMatchObject({ type: "hello", roomId, processId, roomConfig: "a map" });
      expect(await player.echo("ping")).toBe("ping");
      const process = await processOf(processId);
      expect(process).toMatchObject({ status: "running", roomsAllocated: 1, exposedPort: port, terminatedAt: null });
      expect(process.startedAt).not.toBeNull();
      expect(process).not.toHaveProperty("summaryExitReason");
      expect(await info(roomId)).toMatchObject({ status: "active", currentAllocation: { processId } });
    });

    test("the rooms of a server are as many as it may have, and it is filled first", async () => {
      const { processId } = await play();
      expect((await create()).body).toMatchObject({ processId });
      const third = await create();
      if (world.startsServers) expect(third).toMatchObject({ status: 201, body: { status: "starting" } });
      else expect(third).toMatchObject({ status: 429, body: { message: `no free slot in ${TEST_REGION}` } });
      expect(third.body.processId).not.toBe(processId);
    });

    test("one that is killed has failed; its room is kept, and resumed on another one", async () => {
      const { roomId, processId } = await play();
      await world.signal(processId, "SIGKILL");
      const process = await ended(processId);
      expect(process).toMatchObject({ status: "failed", roomsAllocated: 0 });
      expect(process.summaryExitReason).toMatch(/^(?:ended by SIGKILL|its host was lost)$/);
      expect(await info(roomId)).toMatchObject({ status: "scheduling", currentAllocation: null });
      await world.ready();
      const resumed = await call("POST", `/rooms/v2/${app()}/resume/${roomId}`);
      expect(resumed.status).toBe(200);
      const current = async () => (await info(roomId)).currentAllocation?.processId;
      await waitFor(current, { what: "the other one" });
      expect(await current()).not.toBe(processId);
    });

    test("one that ends by itself, with exit code 0, takes its room with it", async () => {
      const { roomId, processId } = await play();
      await world.signal(processId, "SIGTERM");
      expect(await ended(processId)).toMatchObject({ status: "stopped", summaryExitReason: "exited with code 0" });
      expect(await info(roomId)).toMatchObject({ status: "destroyed" });
    });

    test("StopProcess destroys its room at once, and ends it", async () => {
      const { roomId, processId, port } = await play();
      const player = await connect(port, roomId);
      expect((await call("POST", `/processes/v2/${app()}/stop/${processId}`)).status).toBe(204);
      expect(await info(roomId)).toMatchObject({ status: "destroyed" });
      await player.closed;
      expect(await ended(processId)).toMatchObject({ status: "stopped", summaryExitReason: "stopped on request" });
      await expect(connect(port, roomId)).rejects.toThrow("no connection");
    });

    test("players notice nothing when who watches it is killed and comes back", async () => {
      const { roomId, processId, port } = await play();
      const player = await connect(port, roomId);
      await player.hear();
      await world.interrupt();
      expect(await player.echo("still here")).toBe("still here");
      expect(await processOf(processId)).toMatchObject({ status: "running", roomsAllocated: 1 });
      expect(await info(roomId)).toMatchObject({ status: "active", currentAllocation: { processId } });
      // A server that registers itself may have to be heard first: its lease was not renewed meanwhile.
      const created = async () => {
        const { status, body } = await create();
        return status === 201 && body;
      };
      expect(await waitFor(created, { what: "another room", timeoutMs: LONG_MS })).toMatchObject({ processId });
    });

    test("its log and its metrics are answered, or where they are", async () => {
      const { processId } = await play();
      const log = await ask("GET", `/logs/v1/${app()}/process/${processId}`);
      if (world.startsServers) {
        expect([log.status, await log.text()]).toEqual([200, expect.stringContaining("echo-room ready")]);
      } else {
        const message = `the log of process ${processId} is where its game server was started, and not here`;
        expect([log.status, await log.json()]).toEqual([404, { message }]);
      }
      const path = `/processes/v3/apps/${app()}/processes/process/${processId}/metrics?metrics=memory`;
      const measured = async () => {
        const { status, body } = await call("GET", path);
        expect(status).toBe(200);
        return body.memory.length;
      };
      if (world.startsServers) await waitFor(measured, { what: "a sample", timeoutMs: LONG_MS });
      else expect(await measured()).toBe(0);
    });
  });
}

/** A gateway that can be killed, and started again on its port. */
export async function startGateway(databaseUrl: string, cleanUp: CleanUp) {
  const port = await freePort();
  const env = {
    DATABASE_URL: databaseUrl,
    GATEWAY_PORT: String(port),
    TURN_CREDENTIAL_KEYS: `test:${randomBytes(32).toString("base64")}`,
    TURN_URIS: "turn:127.0.0.1:3478?transport=udp",
    LOG_FORMAT: "json",
  };
  const start = () => startApp({ path: "apps/gateway/src/main.ts", env, readyPattern: /"gateway ready"/ });
  let app: App = await start();
  cleanUp(async () => void (await app.stop()));
  return {
    url: `http://127.0.0.1:${port}`,
    async restart() {
      await app.kill();
      app = await start();
    },
  };
}

/** A player in a room. Rejects when nobody is there. */
async function connect({ host, port }: Port, roomId: string) {
  const socket = new WebSocket(`ws://${host}:${port}/${roomId}`);
  onTestFinished(() => socket.close());
  const heard: string[] = [];
  socket.addEventListener("message", ({ data }) => heard.push(String(data)));
  const closed = new Promise<void>((done) => socket.addEventListener("close", () => done()));
  await new Promise<void>((done, failed) => {
    socket.addEventListener("open", () => done());
    socket.addEventListener("error", () => failed(new Error("no connection")));
  });
  const hear = () => waitFor(() => heard.shift(), { what: "a message", timeoutMs: LONG_MS });
  return {
    closed,
    hear,
    echo(text: string) {
      heard.length = 0;
      socket.send(text);
      return hear();
    },
  };
}
