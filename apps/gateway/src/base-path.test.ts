import { HathoraCloud } from "@hathora/cloud-sdk-typescript";
import { closeRooms, type RoomsContext } from "@roombridge/rooms";
import { createTestDatabase, openTestRooms, type TestDatabase } from "@roombridge/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { spawnGateway, type SpawnedGateway } from "../test/spawn-gateway.ts";
import { createGame } from "../test/suite.ts";

// A gateway that shares its host with other services, as behind a path-routing proxy.
let database: TestDatabase;
let rooms: RoomsContext;
let gateway: SpawnedGateway;

beforeAll(async () => {
  database = await createTestDatabase();
  rooms = openTestRooms(database.url);
  gateway = await spawnGateway(database.url, { GATEWAY_BASE_PATH: "/games/hathora/" });
});

afterAll(async () => {
  await gateway.app.stop();
  await closeRooms(rooms);
  await database.drop();
});

test.each(["/games/hathora/", "/games/hathora", "/games/hathora//"])(
  "the published SDK works with a serverURL that ends with %s",
  async (path) => {
    const { appId, token } = await createGame(rooms);
    const settings = { serverURL: gateway.url + path, hathoraDevToken: token, appId };
    const { roomsV2 } = new HathoraCloud(settings);
    const { roomId } = await roomsV2.createRoom({ region: "Tokyo", roomConfig: "a/b" }, appId, "room_1");
    expect(await roomsV2.getConnectionInfo(roomId)).toMatchObject({ roomId: "room_1", status: "starting" });
    expect(await roomsV2.getRoomInfo(roomId)).toMatchObject({ roomConfig: "a/b" });
    await expect(roomsV2.getRoomInfo("a/b c")).rejects.toMatchObject({ statusCode: 422 });
    await roomsV2.destroyRoom(roomId);
    expect(await roomsV2.getRoomInfo(roomId)).toMatchObject({ status: "destroyed" });
  },
);

async function get(path: string): Promise<{ status: number; body: unknown }> {
  const response = await fetch(gateway.url + path);
  return { status: response.status, body: await response.json() };
}

describe("only what lies below the path is served", () => {
  test.each([
    ["/games/hathora/rooms/v2/app-1/connectioninfo/unknown", "no room unknown"],
    ["/games/%68athor%61/rooms/v2/app-1/connectioninfo/unknown", "no room unknown"],
    ["/games/hathora/rooms/v2/app-1/connectioninfo/%75nknown", "no room unknown"],
  ])("%s is the room", async (path, message) => {
    expect(await get(path)).toEqual({ status: 404, body: { message } });
  });

  test.each([
    "/",
    "/games",
    "/games/hathora",
    "/games/hathora/",
    "/rooms/v2/app-1/connectioninfo/unknown",
    "/games/hathorax/rooms/v2/app-1/connectioninfo/unknown",
    "/games/Hathora/rooms/v2/app-1/connectioninfo/unknown",
    "/games%2Fhathora/rooms/v2/app-1/connectioninfo/unknown",
    "/games/hathora//rooms/v2/app-1/connectioninfo/unknown",
    "/games/hathora/games/hathora/rooms/v2/app-1/connectioninfo/unknown",
    "/openapi.json",
  ])("%s is not there", async (path) => {
    const message = expect.stringContaining("nothing at this path; see /games/hathora/");
    expect(await get(path)).toEqual({ status: 404, body: { message } });
  });

  test("a method that is not there answers 405 with Allow", async () => {
    const { status, headers } = await fetch(`${gateway.url}/games/hathora/rooms/v2/app-1/create`);
    expect([status, headers.get("allow")]).toEqual([405, "OPTIONS, POST"]);
  });

  test("a preflight is answered", async () => {
    const url = `${gateway.url}/games/hathora/rooms/v2/app-1/connectioninfo/room-1`;
    const { status, headers } = await fetch(url, { method: "OPTIONS" });
    expect([status, headers.get("access-control-allow-origin")]).toEqual([204, "*"]);
  });
});

test("balancers find the health probes at the root, and below the path", async () => {
  for (const path of ["", "/games/hathora"]) {
    expect(await get(`${path}/healthz`)).toEqual({ status: 200, body: { status: "alive" } });
    expect(await get(`${path}/readyz`)).toEqual({ status: 200, body: { status: "ready" } });
  }
});

test("the document names the path as its server", async () => {
  expect(await get("/games/hathora/openapi.json")).toMatchObject({ body: { servers: [{ url: "/games/hathora" }] } });
});
