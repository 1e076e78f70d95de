import { once } from "node:events";
import { createServer } from "node:net";
import { type ExposedPort, StaticProcess } from "@roombridge/models/api";
import { freePort } from "@roombridge/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import { arrangeStaticProcess, REGISTRATION } from "../../test/arrange.ts";
import { callerOf } from "../../test/caller.ts";
import { createGame, useGateway } from "../../test/suite.ts";
import { createApp } from "../app.ts";

// Every status: test/conformance/static-rows.ts. Here is what no client of ours sends.

const suite = useGateway();
const path = "/processes/v3/apps/{appId}/static";

async function play() {
  const { app, rooms } = suite();
  const game = await createGame(rooms);
  const { send } = callerOf(app, game);
  const request = (tail: string, body?: string) =>
    app.request(path.replace("{appId}", game.appId) + tail, {
      method: "POST",
      headers: { authorization: `Bearer ${game.token}` },
      ...(body === undefined ? {} : { body }),
    });
  const { processId } = await arrangeStaticProcess({ rooms, game });
  return { ...game, send, request, processId };
}

describe("RegisterStaticProcess", () => {
  test("without an instance every call is another start", async () => {
    const { send } = await play();
    const { instanceId: _, ...params } = REGISTRATION;
    const ids = [await send("POST", path, params), await send("POST", path, params)].map(
      ({ body }) => StaticProcess.parse(body).processId,
    );
    expect(new Set(ids).size).toBe(2);
  });

  test("the main port is called default whatever the server says, and unknown keys are ignored", async () => {
    const { send } = await play();
    const exposedPort = { ...REGISTRATION.exposedPort, name: "mine" };
    const { body } = await send("POST", path, { ...REGISTRATION, name: "other", exposedPort, visibility: "public" });
    const { processId } = StaticProcess.parse(body);
    const { body: process } = await send("GET", `/processes/v3/apps/{appId}/processes/${processId}`);
    expect(process).toMatchObject({
      exposedPort: { ...REGISTRATION.exposedPort, name: "default" },
      additionalExposedPorts: REGISTRATION.additionalExposedPorts,
    });
  });

  test.each([
    ["nothing", undefined, /^body: a JSON object is required$/],
    ["no JSON", "{", /^body: malformed JSON$/],
    ["an empty object", "{}", /^name: .*; region: .*; exposedPort: /],
    [
      "too many ports",
      JSON.stringify({
        ...REGISTRATION,
        additionalExposedPorts: Array.from({ length: 11 }, () => REGISTRATION.additionalExposedPorts?.[0]),
      }),
      /^additionalExposedPorts: /,
    ],
    [
      "a port without a name",
      JSON.stringify({ ...REGISTRATION, additionalExposedPorts: [REGISTRATION.exposedPort] }),
      /^additionalExposedPorts\.0\.name: /,
    ],
  ])("422 for %s", async (_, body, message) => {
    const { request } = await play();
    const response = await request("", body);
    expect([response.status, await response.json()]).toEqual([422, { message: expect.stringMatching(message) }]);
  });
});

describe("a gateway that looks whether somebody listens", () => {
  async function listening(): Promise<ExposedPort> {
    const server = createServer().listen(0, "127.0.0.1");
    onTestFinished(() => void server.close());
    await once(server, "listening");
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("expected a port");
    return { name: "web", host: "127.0.0.1", port: address.port, transportType: "tcp" };
  }
  async function closed(): Promise<ExposedPort> {
    return { name: "web", host: "127.0.0.1", port: await freePort(), transportType: "tls" };
  }
  async function register(exposedPort: ExposedPort, additionalExposedPorts: ExposedPort[] = []) {
    const { rooms } = suite();
    const game = await createGame(rooms);
    const { send } = callerOf(createApp({ ...suite(), checkStaticPorts: true }), game);
    return send("POST", path, { ...REGISTRATION, exposedPort, additionalExposedPorts });
  }

  test("takes a server that does, over UDP unseen", async () => {
    const udp: ExposedPort = { name: "voice", host: "203.0.113.1", port: 9, transportType: "udp" };
    expect(await register(await listening(), [udp])).toMatchObject({ status: 201 });
  });

  test("refuses one that does not, naming the port", async () => {
    const main = await closed();
    const told = (where: string, { port }: ExposedPort) =>
      `${where}: the gateway finds nobody listening on port ${port} of 127.0.0.1; register when the server listens`;
    expect(await register(main)).toMatchObject({ status: 422, body: { message: told("exposedPort", main) } });
    const other = await closed();
    expect(await register(await listening(), [other])).toMatchObject({
      status: 422,
      body: { message: told("additionalExposedPorts: web", other) },
    });
  });

  test("waits two seconds at most for one that does not answer at all", async () => {
    // Of a block for documentation (RFC 5737); some networks refuse it at once.
    const silent: ExposedPort = { name: "web", host: "192.0.2.1", port: 9, transportType: "tcp" };
    expect(await register(silent)).toMatchObject({ status: 422 });
  });
});

describe("HeartbeatStaticProcess", () => {
  test.each([
    ["no body", undefined],
    ["an empty one", ""],
    ["garbage", "\u0000{"],
  ])("200 with %s, which is not read", async (_, body) => {
    const { request, processId } = await play();
    expect((await request(`/${processId}/heartbeat`, body)).status).toBe(200);
  });

  test("422 for two versions", async () => {
    const { send, processId } = await play();
    const { status, body } = await send("POST", `${path}/${processId}/heartbeat?roomsVersion=a&roomsVersion=b`);
    expect([status, body]).toEqual([422, { message: "roomsVersion: given more than once" }]);
  });
});

describe("DeregisterStaticProcess", () => {
  test.each([
    ["no body", undefined, "exited with code 0"],
    ["an empty one", "", "exited with code 0"],
    ["an empty object", "{}", "exited with code 0"],
    ["an exit code", '{"exitCode":137,"extra":1}', "exited with code 137"],
  ])("204 with %s", async (_, body, reason) => {
    const { request, send, processId } = await play();
    const response = await request(`/${processId}/deregister`, body);
    expect([response.status, await response.text()]).toEqual([204, ""]);
    const { body: process } = await send("GET", `/processes/v3/apps/{appId}/processes/${processId}`);
    expect(process).toMatchObject({ summaryExitReason: reason });
  });

  test.each([
    ["{", /^body: malformed JSON$/],
    ["[]", /^body: /],
    ['{"exitCode":null}', /^exitCode: /],
    ['{"exitCode":-1}', /^exitCode: /],
    ['{"exitCode":0.5}', /^exitCode: /],
  ])("422 for %s, and it goes on", async (body, message) => {
    const { request, processId } = await play();
    const response = await request(`/${processId}/deregister`, body);
    expect([response.status, await response.json()]).toEqual([422, { message: expect.stringMatching(message) }]);
    expect((await request(`/${processId}/heartbeat`)).status).toBe(200);
  });
});
