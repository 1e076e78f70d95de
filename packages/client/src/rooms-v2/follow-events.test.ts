import type { ServerResponse } from "node:http";
import { describe, expect, test } from "vitest";
import { failureOf } from "../../test/failure-of.ts";
import { json, startStubServer } from "../../test/stub-server.ts";
import { RoombridgeClient, type RoomEvent } from "../index.ts";

const AT = "2026-11-21T10:00:00.125Z";

function connect(serverUrl: string) {
  return new RoombridgeClient({ serverUrl, token: "top-secret", appId: "app-1" }).roomsV2;
}

function block(id: string, type = "room.created"): string {
  const body = { type, timestamp: AT, data: { appId: "app-1", roomId: `room-${id}` } };
  return `id: ${id}\nevent: ${type}\ndata: ${JSON.stringify(body)}\n\n`;
}

function begin(response: ServerResponse): ServerResponse {
  return response.writeHead(200, { "content-type": "text/event-stream" });
}

async function take(events: AsyncGenerator<RoomEvent>, count: number): Promise<RoomEvent[]> {
  const taken: RoomEvent[] = [];
  for await (const event of events) if (taken.push(event) === count) break;
  return taken;
}

test("asks for what is wanted, and gives each event with its id", async () => {
  const { url, requests } = await startStubServer((_, response) => {
    begin(response).write(block("5.1"));
  });
  const params = { roomId: "a", types: ["room.created", "room.active"], lastEventId: "4.9" } as const;
  const [event] = await take(connect(url).events(params), 1);
  expect(event).toEqual({
    id: "5.1",
    type: "room.created",
    timestamp: new Date(AT),
    data: { appId: "app-1", roomId: "room-5.1" },
  });
  expect(requests[0]?.url).toBe("/rooms/v2/app-1/events?roomId=a&types=room.created&types=room.active&lastEventId=4.9");
  expect(requests[0]?.headers.authorization).toBe("Bearer top-secret");
});

describe("goes on after the last id", () => {
  test("when the server has ended the stream, broken it off, refused for a while, or said nothing", async () => {
    const { url, requests } = await startStubServer((request, response, count) => {
      if (count === 1) begin(response).end(block("1.1"));
      else if (count === 2) begin(response).write(block("2.1"), () => request.socket.destroy());
      else if (count === 3) json(503, { message: "later" })(request, response);
      else if (count === 4) request.socket.destroy();
      else if (count === 5) begin(response).write(block("3.1"));
      else begin(response).write(block("4.1"));
    });
    const events = await take(connect(url).events({}, { silenceMs: 500 }), 4);
    expect(events.map(({ id }) => id)).toEqual(["1.1", "2.1", "3.1", "4.1"]);
    const asked = requests.map(({ url: path }) => /lastEventId=(.*)/.exec(path ?? "")?.[1]);
    expect(asked).toEqual([undefined, "1.1", "2.1", "2.1", "2.1", "3.1"]);
  });

  test("also after one that came without an event", async () => {
    const { url, requests } = await startStubServer((_, response, count) => {
      if (count === 1) begin(response).end("retry: 1000\n\n: waiting\nid: 9.0\n\n");
      else begin(response).write(block("9.7"));
    });
    await take(connect(url).events(), 1);
    expect(requests[1]?.url).toContain("lastEventId=9.0");
  });
});

test("it does not matter how the bytes are cut, and how lines end", async () => {
  const text = `: hello\r\n\r\n${block("1.1").replaceAll("\n", "\r\n")}${block("1.2").replaceAll("\n", "\r")}${block("1.3")}`;
  const { url } = await startStubServer((_, response) => {
    begin(response);
    const cut = (at: number) => {
      if (at < text.length) response.write(text[at], () => setImmediate(() => cut(at + 1)));
    };
    cut(0);
  });
  expect((await take(connect(url).events(), 3)).map(({ id }) => id)).toEqual(["1.1", "1.2", "1.3"]);
});

test("events of a later server pass, and a gap is one", async () => {
  const gap = `id: 7.0\nevent: gap\ndata: ${JSON.stringify({ type: "gap", timestamp: AT, data: { appId: "app-1" } })}\n\n`;
  const { url } = await startStubServer((_, response) => {
    begin(response).write(gap + block("8.1", "room.painted"));
  });
  const events = await take(connect(url).events({ lastEventId: "1.1" }), 2);
  expect(events.map(({ type, data }) => [type, data.roomId])).toEqual([
    ["gap", undefined],
    ["room.painted", "room-8.1"],
  ]);
});

describe("ends", () => {
  test.each([401, 404, 422])("with a %d, which cannot pass", async (status) => {
    const { url, requests } = await startStubServer(json(status, { message: "no" }));
    expect(await failureOf(take(connect(url).events(), 1))).toMatchObject({ code: "api", status });
    expect(requests).toHaveLength(1);
  });

  test.each(["not JSON", "{}"])("with data that is no event: %s", async (data) => {
    const { url } = await startStubServer((_, response) => {
      begin(response).write(`id: 1.1\ndata: ${data}\n\n`);
    });
    expect(await failureOf(take(connect(url).events(), 1))).toMatchObject({ code: "invalid_response" });
  });

  test("by the caller's signal, while it waits and while it reads", async () => {
    const { url } = await startStubServer((_, response, count) => {
      if (count === 1) begin(response).write(block("1.1"));
      else json(503, { message: "later" }, { "retry-after": "3600" })(_, response);
    });
    const ending = new AbortController();
    const events = connect(url).events({}, { signal: ending.signal });
    await events.next();
    const next = failureOf(events.next());
    ending.abort();
    expect(await next).toMatchObject({ code: "aborted" });
    const waiting = new AbortController();
    const refused = failureOf(connect(url).events({}, { signal: waiting.signal }).next());
    setTimeout(() => waiting.abort(), 100);
    expect(await refused).toMatchObject({ code: "aborted" });
  });

  test("when the caller takes no more, and the connection with it", async () => {
    const closed = Promise.withResolvers<void>();
    const { url } = await startStubServer((request, response) => {
      request.socket.once("close", () => closed.resolve());
      begin(response).write(block("1.1"));
    });
    await take(connect(url).events(), 1);
    await closed.promise;
  });
});
