import { randomUUID } from "node:crypto";
import { TEST_REGION } from "@roombridge/testing";
import { expect, test } from "vitest";
import { newGame } from "../../test/game.ts";
import { useRooms } from "../../test/setup.ts";
import { createRooms, type NewRoom } from "./create-rooms.ts";

const suite = useRooms();

test("whatever stands in a key, its room alone has it", async () => {
  const { appId, database } = await newGame(suite().rooms);
  const keys = ["plain", '"', "\\", 'a","b', "{}", ",", "NULL", ""].map((tail) => `${randomUUID()}${tail}`);
  const rooms = keys.map((roomKey): NewRoom => ({
    roomKey,
    roomId: randomUUID(),
    roomConfig: null,
    clientIps: null,
    roomAllocationId: randomUUID(),
    processId: randomUUID(),
    username: randomUUID(),
    hmackey: "0".repeat(32),
  }));
  const batch = { appId, deploymentId: undefined, needsProcess: true, region: TEST_REGION, ttlSeconds: 60 };
  const rows = await createRooms(database, { ...batch, realm: "test", keyVersion: "test" }, rooms);
  expect(rows.map(({ roomKey, outcome }) => [roomKey, outcome])).toEqual(keys.map((key) => [key, "created"]));
});
