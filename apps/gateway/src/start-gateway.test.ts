import { closeRooms, createRoom, getRoomInfo, suspendRoom } from "@roombridge/rooms";
import { createTestDatabase, openTestRooms, TEST_REGION } from "@roombridge/testing";
import { expect, onTestFinished, test } from "vitest";
import { spawnGateway } from "../test/spawn-gateway.ts";
import { createGame } from "../test/suite.ts";

test.each([
  ["1", "GET", 200, "active"],
  ["1", "HEAD", 404, "suspended"],
  ["0", "GET", 404, "suspended"],
])("GATEWAY_WAKE_ON_CONNECTION_INFO=%s: %s answers %d and the room is %s", async (wake, method, status, state) => {
  const database = await createTestDatabase();
  onTestFinished(() => database.drop());
  const rooms = openTestRooms(database.url);
  onTestFinished(() => closeRooms(rooms));
  const gateway = await spawnGateway(database.url, { GATEWAY_WAKE_ON_CONNECTION_INFO: wake });
  onTestFinished(async () => void (await gateway.app.stop()));

  const { application, appId } = await createGame(rooms);
  const { roomId } = await createRoom(rooms, { application, region: TEST_REGION });
  await suspendRoom(rooms, appId, roomId);
  const answer = await fetch(`${gateway.url}/rooms/v2/${appId}/connectioninfo/${roomId}`, { method });
  expect(answer.status).toBe(status);
  expect(await getRoomInfo(rooms, appId, roomId)).toMatchObject({ state });
});
