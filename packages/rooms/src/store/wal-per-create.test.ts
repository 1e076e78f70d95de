import { randomUUID } from "node:crypto";
import {
  createDeployment,
  createTenant,
  createTestDatabase,
  openTestRooms,
  registerTestHost,
  runWaitingProcesses,
  TEST_REGION,
} from "@roombridge/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { closeRooms, type RoomsContext } from "../context.ts";
import { createProcess } from "../create-process.ts";
import { newRoomKey, newUuid } from "../ids.ts";
import { createRooms, type NewRoom, type RoomBatch } from "./create-rooms.ts";
import type { Database } from "./database.ts";

/** It was 2,550 when this was written: four tables with two events, and sixteen index entries. */
const MAX_BYTES = 3_000;

let rooms: RoomsContext;
let batch: RoomBatch;
let close: () => Promise<void>;

beforeAll(async () => {
  const database = await createTestDatabase();
  rooms = openTestRooms(database.url);
  close = async () => {
    await closeRooms(rooms);
    await database.drop();
  };
  const { application } = await createTenant(rooms.database);
  const { appId } = application;
  await createDeployment(rooms.database, application, { roomsPerProcess: 1_000 });
  const host = await registerTestHost(rooms.database);
  await rooms.database.sql`update hosts set beat_at = 'infinity'`;
  await createProcess(rooms, application, TEST_REGION);
  await runWaitingProcesses(rooms.database, host);
  const turn = { realm: "roombridge", keyVersion: "test", ttlSeconds: 3_600 };
  batch = { appId, deploymentId: undefined, needsProcess: true, region: TEST_REGION, ...turn };
});
afterAll(() => close());

/** As create-room.ts draws them: keys begin with time, so that what is new goes to the end of every index. */
function newRoom(): NewRoom {
  const roomKey = newRoomKey();
  return {
    ...{
      roomKey,
      roomId: roomKey,
      roomConfig: null,
      clientIps: null,
      roomAllocationId: newUuid(),
      processId: newUuid(),
    },
    ...{ username: `${roomKey}.${randomUUID().slice(0, 16)}`, hmackey: randomUUID().replaceAll("-", "") },
  };
}

interface Plan {
  readonly Plan: { readonly "WAL Bytes": number };
}

/**
 * Bytes that one create of so many rooms writes to the log, as the statement itself counts them: what other tests write at the
 * same time, and the record of the commit (some 50 bytes), are not among them.
 */
async function walBytes(count: number): Promise<number> {
  const { database } = rooms;
  let bytes: number | undefined;
  // The statement that `createRooms` sends, explained.
  // It does no more than `createRooms` needs, which therefore must be told that it is a whole client.
  const explained = async (text: TemplateStringsArray, ...values: never[]) => {
    const [row] = await database.sql<{ "QUERY PLAN": readonly [Plan] }[]>`
      explain (analyze, wal, format json) ${database.sql(text, ...values)}`;
    bytes = row?.["QUERY PLAN"][0].Plan["WAL Bytes"];
    return [];
  };
  await createRooms(
    { ...database, sql: explained as unknown as Database["sql"] },
    batch,
    Array.from({ length: count }, newRoom),
  );
  if (bytes === undefined) throw new Error("the plan tells no bytes");
  return bytes;
}

test("a create writes little to the log, alone and in a batch", async () => {
  // Pages that are new, and the first entries of sequences, are dearer.
  for (let warmUp = 0; warmUp < 3; warmUp += 1) await walBytes(20);
  const alone: number[] = [];
  for (let count = 0; count < 20; count += 1) alone.push(await walBytes(1));
  const perRoom = (await walBytes(100)) / 100;
  const average = alone.reduce((sum, bytes) => sum + bytes, 0) / alone.length;
  expect.soft(average).toBeLessThan(MAX_BYTES);
  expect(perRoom).toBeLessThan(MAX_BYTES);
});
