import type { IncomingMessage, ServerResponse } from "node:http";
import { expect, onTestFinished, test } from "vitest";
import { failureOf } from "../../test/failure-of.ts";
import { json, startStubServer } from "../../test/stub-server.ts";
import { registerServer, RoombridgeClient, type RegisterServerOptions } from "../index.ts";

// With a server that answers what the gateway would at rare moments; with a real one: e2e.

const PROCESS = {
  processId: "p1",
  deploymentId: "d",
  region: "Dallas",
  roomsPerProcess: 10,
  status: "running",
  stopReason: null,
  heartbeatSeconds: 0,
  leaseSeconds: 6,
  roomsVersion: "v1",
  rooms: [],
};
const ROOM = { roomId: "a", roomConfig: null, roomAllocationId: "a1" };
const PORT = { host: "h", port: 1, transportType: "tcp" };
const GONE = json(410, { message: "gone" });

type Answer = (request: IncomingMessage, response: ServerResponse) => void;
type Kind = "register" | "heartbeat" | "deregister";

/** A gateway that gives these answers to calls of each kind, the last one again and again. */
async function play(answers: Partial<Record<Kind, readonly Answer[]>>, options: Partial<RegisterServerOptions> = {}) {
  const counts = { register: 0, heartbeat: 0, deregister: 0 };
  const scripts: Record<Kind, readonly Answer[]> = {
    register: [json(201, PROCESS)],
    heartbeat: [json(200, PROCESS)],
    deregister: [json(204, undefined)],
    ...answers,
  };
  const { url, requests } = await startStubServer((request, response) => {
    const kind = kindOf(request.url);
    const script = scripts[kind];
    counts[kind] += 1;
    script[Math.min(counts[kind], script.length) - 1]?.(request, response);
  });
  const heard: string[] = [];
  const client = new RoombridgeClient({ serverUrl: url, token: "t", appId: "app-1" });
  const server = await registerServer(client, {
    region: "Dallas",
    exposedPort: PORT,
    onRoomAdded: ({ roomId }) => heard.push(`added ${roomId}`),
    onRoomUpdated: ({ roomId, roomConfig }) => heard.push(`updated ${roomId} ${roomConfig}`),
    onRoomRemoved: ({ roomId }) => heard.push(`removed ${roomId}`),
    onStop: (reason) => heard.push(`stop ${reason}`),
    onError: (error) => heard.push(`error ${error.status ?? error.code}`),
    ...options,
  });
  onTestFinished(() => server.close().catch(() => {}));
  const sent = (kind: Kind) => requests.filter((request) => kindOf(request.url) === kind);
  return { server, heard, counts, sent };
}

function kindOf(url: string | undefined): Kind {
  if (url?.endsWith("/deregister")) return "deregister";
  return url?.includes("/heartbeat") ? "heartbeat" : "register";
}

const patience = { timeout: 20_000 };

test("rooms come, change and go with the heartbeats, which name the version that they know", async () => {
  const { heard, server, sent } = await play({
    heartbeat: [
      json(200, { ...PROCESS, roomsVersion: "v2", rooms: [ROOM] }),
      json(200, { ...PROCESS, roomsVersion: "v2", rooms: undefined }),
      json(200, { ...PROCESS, roomsVersion: "v3", rooms: [{ ...ROOM, roomConfig: "night" }] }),
      json(200, { ...PROCESS, roomsVersion: "v4", rooms: [{ ...ROOM, roomAllocationId: "a2" }] }),
      json(200, { ...PROCESS, roomsVersion: "v5", rooms: [] }),
    ],
  });
  await expect.poll(() => heard, patience).toHaveLength(5);
  expect(heard).toEqual(["added a", "updated a night", "removed a", "added a", "removed a"]);
  expect(server.rooms.size).toBe(0);
  const versions = () =>
    sent("heartbeat").map(({ url }) => new URL(url ?? "", "http://x").searchParams.get("roomsVersion"));
  await expect.poll(() => versions().slice(0, 6), patience).toEqual(["v1", "v2", "v2", "v3", "v4", "v5"]);
});

test("rooms of a registration whose first answer was lost are told when the caller has the server", async () => {
  const added: unknown[] = [];
  const { server, sent } = await play(
    { register: [({ socket }) => socket.destroy(), json(201, { ...PROCESS, rooms: [ROOM] })] },
    { onRoomAdded: (room) => added.push([server.processId, room]) },
  );
  await expect.poll(() => added, patience).toEqual([["p1", ROOM]]);
  const [first, second] = sent("register").map(({ body }) => body);
  expect(JSON.parse(first ?? "")).toEqual({
    name: expect.stringMatching(/^[0-9a-f-]{36}$/),
    instanceId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    region: "Dallas",
    exposedPort: PORT,
  });
  expect(second).toBe(first);
});

test("a heartbeat that fails is sent again soon, and the rooms stay", async () => {
  const { heard, server, counts } = await play({
    heartbeat: [
      json(200, { ...PROCESS, rooms: [ROOM] }),
      json(503, { message: "busy" }),
      ({ socket }) => socket.destroy(),
      json(401, { message: "no" }),
      json(200, { ...PROCESS, rooms: undefined }),
    ],
  });
  await expect.poll(() => counts.heartbeat, patience).toBeGreaterThan(5);
  expect(heard).toEqual(["added a", "error 503", "error network", "error 401"]);
  expect(server.rooms.has("a")).toBe(true);
});

test("a server that was lost says so, gives its rooms up, and registers anew until it succeeds", async () => {
  const { heard, server, sent, counts } = await play({
    register: [json(201, PROCESS), json(503, { message: "busy" }), json(201, { ...PROCESS, processId: "p2" })],
    heartbeat: [json(200, { ...PROCESS, rooms: [ROOM] }), GONE, json(200, { ...PROCESS, processId: "p2" })],
  });
  await expect.poll(() => counts.heartbeat, patience).toBeGreaterThan(2);
  expect(heard).toEqual(["added a", "error 410", "removed a", "error 503"]);
  expect(server.processId).toBe("p2");
  expect(new Set(sent("register").map(({ body }) => body)).size).toBe(1);
  expect(sent("heartbeat").at(-1)?.url).toContain("/p2/heartbeat");
});

test("a server whose name another one has taken stops, and does not fight for it", async () => {
  const { heard, server, counts } = await play({
    heartbeat: [json(200, { ...PROCESS, rooms: [ROOM] }), json(409, { message: "another" })],
  });
  await expect.poll(() => heard, patience).toEqual(["added a", "removed a", "stop superseded"]);
  await server.refresh();
  expect(counts).toMatchObject({ register: 1, heartbeat: 2 });
});

test("a stop that was asked for is told once; the heartbeats go on until close, and a late end is no loss", async () => {
  const stopping = json(200, { ...PROCESS, status: "stopping", stopReason: "stop_requested" });
  const { heard, server, counts, sent } = await play({ heartbeat: [stopping, stopping, stopping, GONE] });
  await expect.poll(() => counts.heartbeat, patience).toBe(4);
  await server.close(3);
  expect(heard).toEqual(["stop stop_requested"]);
  expect(counts.register).toBe(1);
  expect(sent("deregister").map(({ url, body }) => [url, body])).toEqual([
    ["/processes/v3/apps/app-1/static/p1/deregister", '{"exitCode":3}'],
  ]);
});

test("one that has ended as it was asked needs no further heartbeat", async () => {
  const { heard, server, counts } = await play({
    heartbeat: [json(200, { ...PROCESS, status: "stopped", stopReason: "idle" })],
  });
  await expect.poll(() => heard, patience).toEqual(["stop idle"]);
  await server.refresh();
  expect(counts.heartbeat).toBe(1);
});

test("refresh asks anew, also while a heartbeat is under way that may know less", async () => {
  const held: ServerResponse[] = [];
  const { server, counts } = await play({
    register: [json(201, { ...PROCESS, heartbeatSeconds: 3_600 })],
    heartbeat: [
      (_, response) => held.push(response),
      json(200, { ...PROCESS, rooms: [ROOM], heartbeatSeconds: 3_600 }),
    ],
  });
  const first = server.refresh();
  await expect.poll(() => held.length, patience).toBe(1);
  const others = [server.refresh(), server.refresh()];
  const [response] = held;
  response?.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(PROCESS));
  await Promise.all([first, ...others]);
  expect(server.rooms.get("a")).toEqual(ROOM);
  expect(counts.heartbeat).toBe(2);
});

test("close ends a heartbeat under way, deregisters once, and says when that failed", async () => {
  const { server, counts } = await play({ heartbeat: [() => {}], deregister: [json(404, { message: "no process" })] });
  await expect.poll(() => counts.heartbeat, patience).toBe(1);
  const closing = server.close();
  expect(server.close(1)).toBe(closing);
  expect(await failureOf(closing)).toMatchObject({ code: "api", status: 404 });
  await server.refresh();
  expect(counts).toMatchObject({ heartbeat: 1, deregister: 1 });
});

test("a close while it registers anew deregisters what came of that", async () => {
  const held: ServerResponse[] = [];
  const { server, sent } = await play({
    register: [json(201, PROCESS), (_, response) => held.push(response)],
    heartbeat: [GONE],
  });
  await expect.poll(() => held.length, patience).toBe(1);
  const closed = server.close();
  const [response] = held;
  response?.writeHead(201, { "content-type": "application/json" }).end(JSON.stringify({ ...PROCESS, processId: "p2" }));
  await closed;
  expect(sent("deregister").map(({ url }) => url)).toEqual(["/processes/v3/apps/app-1/static/p2/deregister"]);
});

test("a refusal is thrown at once, and no answer after registerTimeoutMs", async () => {
  const refused = play({ register: [json(404, { message: "no application" })] });
  expect(await failureOf(refused)).toMatchObject({ status: 404, message: "no application" });
  const silent = play({ register: [() => {}] }, { registerTimeoutMs: 300 });
  expect(await failureOf(silent)).toMatchObject({ code: "timeout" });
});
