import {
  createDeployment,
  createTenant,
  registerTestHost,
  runWaitingProcesses,
  TEST_REGION,
} from "@roombridge/testing";
import { expect, test } from "vitest";
import { useRooms } from "../test/setup.ts";
import { createRoom } from "./create-room.ts";
import { measureRegions, measureRelays } from "./store/measure-fleet.ts";
import { beatTurnServer } from "./store/turn-servers.ts";

const suite = useRooms();

test("a region has its rooms, its free slots, what waits to be started, and what hosts may have", async () => {
  const { rooms } = suite();
  const { database } = rooms;
  const host = await registerTestHost(database);
  const { application } = await createTenant(database);
  await createDeployment(database, application, { roomsPerProcess: 2, maxProcesses: 10 });
  for (let count = 0; count < 3; count += 1) await createRoom(rooms, { application, region: TEST_REGION });
  await database.sql`update processes set created_at = clock_timestamp() - interval '30 seconds'`;
  const usage = async () => (await measureRegions(database)).find(({ region }) => region === TEST_REGION);
  const waiting = await usage();
  expect(waiting).toMatchObject({ rooms: 3, freeSlots: 1, starting: 2, running: 0, hosts: 1 });
  expect(waiting?.unclaimedSeconds).toBeGreaterThan(29);
  await runWaitingProcesses(database, host);
  expect(await usage()).toMatchObject({
    starting: 0,
    running: 2,
    unclaimedSeconds: 0,
    maxProcesses: host.maxProcesses,
  });
});

test("relays that clients are sent to are told from those they are not", async () => {
  const { database } = suite().rooms;
  expect(await measureRelays(database)).toEqual({ usable: 0, unusable: 0, sessions: 0 });
  const beat = {
    regions: [],
    uris: ["turn:127.0.0.1:3478"],
    realm: "roombridge",
    version: null,
    isDraining: false,
    canaryMs: null,
  };
  await beatTurnServer(database, { ...beat, serverId: "a", sessions: 5, isHealthy: true });
  await beatTurnServer(database, { ...beat, serverId: "b", sessions: 1, isHealthy: false });
  await beatTurnServer(database, { ...beat, serverId: "c", sessions: 0, isHealthy: true, isDraining: true });
  expect(await measureRelays(database)).toEqual({ usable: 1, unusable: 2, sessions: 6 });
});
