import { expect, test } from "vitest";
import { failureOf } from "../../test/failure-of.ts";
import { json, startStubServer } from "../../test/stub-server.ts";
import { RoombridgeClient } from "../index.ts";

function page(roomIds: readonly string[], nextCursor: string | null) {
  const rooms = roomIds.map((roomId) => ({
    appId: "app-1",
    roomId,
    status: "active",
    roomConfig: null,
    currentAllocation: null,
    state: "active",
    region: "Dallas",
    createdAt: "2026-11-21T10:00:00Z",
  }));
  return { rooms, nextCursor };
}

function connect(serverUrl: string) {
  return new RoombridgeClient({ serverUrl, appId: "app-1", retry: { baseDelayMs: 0 } }).roomsV2;
}

async function idsOf(rooms: AsyncIterable<{ readonly roomId: string }>): Promise<string[]> {
  const ids: string[] = [];
  for await (const { roomId } of rooms) ids.push(roomId);
  return ids;
}

test("goes through all pages with the same filter, past an empty page and a failure that passes", async () => {
  const { url, requests } = await startStubServer((request, response, count) => {
    if (count === 1) json(200, page(["a", "b"], "1/2"))(request, response);
    else if (count === 2) json(503, {})(request, response);
    else if (count === 3) json(200, page([], "2"))(request, response);
    else json(200, page(["c"], null))(request, response);
  });
  expect(await idsOf(connect(url).allRooms({ regions: ["Dallas"], pageSize: 2 }))).toEqual(["a", "b", "c"]);
  const first = "/rooms/v2/app-1/list?region=Dallas&limit=2";
  expect(requests.map((request) => request.url)).toEqual([
    first,
    `${first}&cursor=1%2F2`,
    `${first}&cursor=1%2F2`,
    `${first}&cursor=2`,
  ]);
});

test("asks for a page only when its rooms are wanted", async () => {
  const { url, requests } = await startStubServer(json(200, page(["a", "b"], "next")));
  for await (const { roomId } of connect(url).allRooms()) if (roomId === "b") break;
  expect(requests).toHaveLength(1);
});

test("a server that goes round in circles is found out", async () => {
  const { url, requests } = await startStubServer(json(200, page(["a"], "again")));
  expect(await failureOf(idsOf(connect(url).allRooms()))).toMatchObject({
    code: "invalid_response",
    message: "answer.nextCursor is that of the page before",
  });
  expect(requests).toHaveLength(2);
});

test("the caller's signal ends it between two pages", async () => {
  const { url, requests } = await startStubServer(json(200, page(["a"], "next")));
  const abort = new AbortController();
  const rooms = connect(url).allRooms({}, { signal: abort.signal });
  await rooms.next();
  abort.abort();
  expect(await failureOf(rooms.next())).toMatchObject({ code: "aborted" });
  expect(requests).toHaveLength(1);
});
