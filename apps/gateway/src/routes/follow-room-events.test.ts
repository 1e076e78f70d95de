import { RoombridgeClient, type RoomEvent } from "@roombridge/client";
import { closeRooms, createRoom, destroyRoom, hashToken, updateRoomConfig } from "@roombridge/rooms";
import { createTenant, openTestRooms, TEST_REGION, waitFor } from "@roombridge/testing";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { spawnGateway } from "../../test/spawn-gateway.ts";
import { read, useGateway } from "../../test/suite.ts";
import { createApp } from "../app.ts";
import { listen } from "../listener.ts";

const suite = useGateway();

beforeAll(async () => {
  await suite().rooms.feed.listen(suite().databaseUrl, () => {});
});

async function arrange() {
  const { rooms } = suite();
  const { application, token } = await createTenant(rooms.database);
  const { appId } = application;
  return {
    appId,
    token,
    create: (roomId: string) => createRoom(rooms, { application, region: TEST_REGION, needsProcess: false, roomId }),
    update: (roomId: string) => updateRoomConfig(rooms, appId, roomId, "x"),
    destroy: (roomId: string) => destroyRoom(rooms, appId, roomId),
  };
}

/** What comes until it holds so much. */
async function readUntil(response: Response, pattern: RegExp): Promise<string> {
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  let text = "";
  while (!pattern.test(text)) {
    const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
    if (done) break;
    text += decoder.decode(value, { stream: true });
  }
  await reader?.cancel();
  return text;
}

function ask(path: string, token: string, headers: Record<string, string> = {}) {
  return suite().app.request(path, { headers: { authorization: `Bearer ${token}`, ...headers } });
}

describe("200", () => {
  test("the stream begins with an id to go on from, and tells each event with its own", async () => {
    const { appId, token, create } = await arrange();
    const response = await ask(`/rooms/v2/${appId}/events`, token);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    expect(response.headers.get("x-accel-buffering")).toBe("no");
    const reading = readUntil(response, /\n\n[^]*"roomId":"a"[^]*\n\n/);
    await create("a");
    const [retry, first, event] = (await reading).split("\n\n");
    expect(retry).toBe("retry: 1000");
    expect(first).toMatch(/^: waiting\nid: \d+\.0$/);
    const [, id, data] = /^id: (\d+\.\d+)\nevent: room\.created\ndata: (.*)$/.exec(event ?? "") ?? [];
    expect(id).toBeDefined();
    expect(JSON.parse(data ?? "")).toMatchObject({ type: "room.created", data: { appId, roomId: "a" } });
  });

  test.each([
    ["the header Last-Event-ID", (id: string) => ({ query: "", headers: { "last-event-id": id } })],
    ["the query", (id: string) => ({ query: `?lastEventId=${id}`, headers: {} })],
    [
      "the header, whatever the query says",
      (id: string) => ({ query: "?lastEventId=1.1", headers: { "last-event-id": id } }),
    ],
  ])("it goes on after the event in %s", async (_, from) => {
    const { appId, token, create, update } = await arrange();
    const first = readUntil(await ask(`/rooms/v2/${appId}/events`, token), /"roomId":"a"[^]*\n\n/);
    await create("a");
    const id = /id: (\d+\.[1-9]\d*)\n/.exec(await first)?.[1] ?? "";
    await update("a");
    const { query, headers } = from(id);
    const text = await readUntil(await ask(`/rooms/v2/${appId}/events${query}`, token, headers), /room\.updated/);
    expect(text).not.toContain("room.created");
  });

  test("rooms and types can be chosen", async () => {
    const { appId, token, create, destroy } = await arrange();
    const path = `/rooms/v2/${appId}/events?roomId=b&types=room.destroyed,room.active`;
    const reading = readUntil(await ask(path, token), /data: [^]*\n\n/);
    for (const roomId of ["a", "b"]) {
      await create(roomId);
      await destroy(roomId);
    }
    const text = await reading;
    expect(text).toContain('"roomId":"b"');
    expect(text).toContain("event: room.destroyed");
    expect(text).not.toContain("room.created");
  });

  test("an id that is not known here is followed by a gap", async () => {
    const { appId, token } = await arrange();
    const response = await ask(`/rooms/v2/${appId}/events?lastEventId=18446744073709551615.7`, token);
    expect(await readUntil(response, /event: gap\ndata: [^]*\n\n/)).toContain(`"data":{"appId":"${appId}"}`);
  });

  test("a token that is revoked reads no more, though much happens", { timeout: 60_000 }, async () => {
    const { appId, token, create, update } = await arrange();
    const ended = readUntil(await ask(`/rooms/v2/${appId}/events`, token), /never/);
    await create("a");
    await suite().rooms.database.sql`
      update org_tokens set revoked_at = clock_timestamp() where token_hash = ${hashToken(token)}`;
    let isOver = false;
    // It is broken off, so reading it fails.
    const over = () => {
      isOver = true;
    };
    void ended.then(over, over);
    await waitFor(
      async () => {
        await update("a");
        return isOver;
      },
      { what: "the end of the stream", timeoutMs: 40_000 },
    );
  });
});

test("401, 404, 422 and 429", async () => {
  const { appId, token } = await arrange();
  const { token: other } = await arrange();
  const path = `/rooms/v2/${appId}/events`;
  expect((await read(ask(path, "garbage"))).status).toBe(401);
  expect((await read(ask(path, other))).status).toBe(404);
  for (const query of [
    "lastEventId=x",
    "lastEventId=1",
    "types=room.painted",
    "roomId=a%20b",
    "lastEventId=1.1&lastEventId=1.2",
  ]) {
    expect([query, (await read(ask(`${path}?${query}`, token))).status]).toEqual([query, 422]);
  }
  expect((await read(ask(path, token, { "last-event-id": "7" }))).body).toEqual({
    message: "Last-Event-ID: expected the id of an event",
  });
  const full = createApp({ ...suite(), maxEventStreams: 0 });
  const refused = await full.request(path, { headers: { authorization: `Bearer ${token}` } });
  expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "5"]);
});

test("HEAD has the headers and no events", async () => {
  const { appId, token } = await arrange();
  const headers = { authorization: `Bearer ${token}` };
  const response = await suite().app.request(`/rooms/v2/${appId}/events`, { method: "HEAD", headers });
  expect([response.status, await response.text()]).toEqual([200, ""]);
  expect(response.headers.get("content-type")).toBe("text/event-stream");
});

/** What a client of ours gets that goes from one gateway to the other. */
function follow(urls: () => string, { appId, token }: { readonly appId: string; readonly token: string }) {
  const events: RoomEvent[] = [];
  const ending = new AbortController();
  const { roomsV2 } = new RoombridgeClient({
    serverUrl: "http://gateway.example",
    token,
    appId,
    fetch: (input, init) => fetch(new Request(input, init).url.replace("http://gateway.example", urls()), init),
  });
  const run = async () => {
    for await (const event of roomsV2.events({}, { signal: ending.signal })) events.push(event);
  };
  const running = run().catch(() => {});
  onTestFinished(async () => {
    ending.abort();
    await running;
  });
  return events;
}

describe("two gateways", () => {
  async function play({ create, update, destroy }: Awaited<ReturnType<typeof arrange>>, prefix: string) {
    for (let room = 0; room < 20; room += 1) {
      const roomId = `${prefix}-${room}`;
      await create(roomId);
      await update(roomId);
      await destroy(roomId);
    }
  }

  test("a client whose gateway is killed loses no event and gets none twice", { timeout: 90_000 }, async () => {
    const game = await arrange();
    const doomed = await spawnGateway(suite().databaseUrl);
    const other = await listen(suite(), { host: "127.0.0.1", port: 0 });
    onTestFinished(() => other.drain());
    let url = doomed.url;
    const events = follow(() => url, game);
    await game.create("first");
    await game.update("first");
    await waitFor(
      async () => {
        // It may have begun to follow after these.
        await game.update("first");
        return events.length > 0;
      },
      { what: "the first event", timeoutMs: 20_000 },
    );
    const from = events.length;
    const before = play(game, "before");
    await waitFor(() => events.length > from + 5, { what: "some events", timeoutMs: 20_000 });
    url = `http://127.0.0.1:${other.port}`;
    await doomed.app.kill();
    await before;
    await play(game, "after");
    const of = (prefix: string) => events.filter(({ data }) => data.roomId?.startsWith(prefix));
    await waitFor(() => of("after").length >= 60, { what: "all events", timeoutMs: 30_000 });
    expect(of("before").map(({ type, data }) => `${data.roomId} ${type}`)).toEqual(story("before"));
    expect(of("after").map(({ type, data }) => `${data.roomId} ${type}`)).toEqual(story("after"));
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
  });

  function story(prefix: string): string[] {
    return Array.from({ length: 20 }, (_, room) =>
      ["room.created", "room.updated", "room.destroyed"].map((type) => `${prefix}-${room} ${type}`),
    ).flat();
  }

  test("a gateway that stops ends its streams properly", async () => {
    const { appId, token } = await arrange();
    // The end of waits is for good, so not on the context of the other tests.
    const rooms = openTestRooms(suite().databaseUrl);
    const gateway = await listen(
      { ...suite(), rooms, lifecycle: { isDraining: false } },
      { host: "127.0.0.1", port: 0 },
    );
    const response = await fetch(`http://127.0.0.1:${gateway.port}/rooms/v2/${appId}/events`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const all = response.text();
    await gateway.drain();
    expect(await all).toMatch(/^retry: 1000\n\n: waiting\nid: \d+\.0\n\n$/);
    await closeRooms(rooms);
  });
});
