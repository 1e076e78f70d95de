import { closeRooms, createRoom, type RoomsContext } from "@roombridge/rooms";
import { openTestRooms, startCuttingProxy, TEST_REGION, waitFor } from "@roombridge/testing";
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { asCaller, createGame, read, useGateway, type Game } from "../test/suite.ts";
import { createApp } from "./app.ts";

const suite = useGateway();

/** A gateway whose way to the database can fall silent. */
async function distantGateway() {
  const proxy = await startCuttingProxy(suite().databaseUrl);
  const rooms: RoomsContext = openTestRooms(proxy.url, {}, { answerTimeoutSeconds: 2, maxConnections: 3 });
  onTestFinished(async () => {
    await closeRooms(rooms);
    await proxy.close();
  });
  const app = createApp({ rooms, log: pino({ level: "silent" }), lifecycle: { isDraining: false } });
  const create = ({ appId, token }: Game, roomId: string) => {
    const body = JSON.stringify({ region: TEST_REGION });
    return read(
      app.request(`/rooms/v2/${appId}/create?roomId=${roomId}`, { method: "POST", headers: asCaller(token), body }),
    );
  };
  return { proxy, app, create };
}

test("with a database that has fallen silent it is not ready, fails in bounded time, and serves again by itself", async () => {
  const { proxy, app, create } = await distantGateway();
  const game = await createGame(suite().rooms);
  expect((await create(game, "before")).status).toBe(201);
  expect((await app.request("/readyz")).status).toBe(200);

  proxy.silenceAll();
  expect(await read(app.request("/readyz"))).toEqual({
    status: 503,
    body: { message: "the database does not answer" },
  });
  const [created, asked] = await Promise.all([
    create(game, "meanwhile"),
    read(app.request(`/rooms/v2/${game.appId}/connectioninfo/before`)),
  ]);
  expect(created).toEqual({ status: 500, body: { message: expect.stringContaining("look up what was done") } });
  expect(asked.status).toBe(500);

  proxy.speak();
  await waitFor(async () => (await app.request("/readyz")).status === 200, { what: "the gateway to be ready" });
  expect((await read(suite().app.request(`/rooms/v2/${game.appId}/connectioninfo/meanwhile`))).status).toBe(404);
  expect((await create(game, "afterwards")).status).toBe(201);
}, 60_000);

test("a create whose answer is swallowed is answered 201, and a read is never answered with another one's", async () => {
  const { proxy, app, create } = await distantGateway();
  const game = await createGame(suite().rooms);
  const { application } = game;
  const { roomId } = await createRoom(suite().rooms, { application, region: TEST_REGION });
  proxy.silenceNext("heard-by-nobody");
  const [created, ...reads] = await Promise.all([
    create(game, "heard-by-nobody"),
    ...Array.from({ length: 10 }, () => read(app.request(`/rooms/v2/${game.appId}/connectioninfo/${roomId}`))),
  ]);
  expect(created).toMatchObject({ status: 201, body: { roomId: "heard-by-nobody", status: "starting" } });
  for (const { status, body } of reads)
    expect(status === 500 || (body as { roomId: string }).roomId === roomId).toBe(true);
});
