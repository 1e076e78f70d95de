import {
  clearRooms,
  createDeployment,
  createTenant,
  expectConsistent,
  registerTestHost,
  runWaitingProcesses,
  TEST_REGION,
} from "@roombridge/testing";
import type { RoomState } from "@roombridge/models/db";
import { expect, test } from "vitest";
import { useRooms } from "../test/setup.ts";
import { createRoom, destroyRoom, endProcess, resumeRoom, RoomError, runHousekeeping, suspendRoom } from "./index.ts";
import { nextState, ROOM_TRANSITIONS, type RoomEvent } from "./room-status.ts";

const suite = useRooms();

const STATES: readonly RoomState[] = ["scheduling", "active", "suspended", "unscheduled", "destroyed"];
const EVENTS = Object.keys(ROOM_TRANSITIONS.active) as RoomEvent[];
const CELLS = STATES.flatMap((state) => EVENTS.map((event) => [state, event] as const));

/** A room in the wanted state, with the process that it is or was on. */
async function roomIn(state: RoomState, event: RoomEvent) {
  const { rooms } = suite();
  const { database } = rooms;
  await clearRooms(database);
  const { application } = await createTenant(database);
  // Only a room that never had a game server is ever scheduling, or resumed without one.
  const isWithoutServer = state === "scheduling" || (state === "suspended" && event === "resume_without_process");
  if (!isWithoutServer) await createDeployment(database, application, { roomsPerProcess: 1 });
  const host = await registerTestHost(database);
  const { roomId, processId } = await createRoom(rooms, { application, region: TEST_REGION, needsProcess: false });
  await runWaitingProcesses(database, host);
  if (state === "unscheduled") {
    await database.sql`select unschedule_rooms(array(select room_key from rooms where room_id = ${roomId}), 'test')`;
  }
  if (state === "suspended") await suspendRoom(rooms, application.appId, roomId);
  if (state === "destroyed") await destroyRoom(rooms, application.appId, roomId);
  const stateNow = async () => {
    const [row] = await database.sql<{ state: RoomState }[]>`select state from rooms where room_id = ${roomId}`;
    return row?.state;
  };
  return { rooms, database, application, appId: application.appId, roomId, processId, stateNow };
}

test.each(CELLS)("a room that is %s meets %s as the table says", async (state, event) => {
  const { rooms, database, application, appId, roomId, processId, stateNow } = await roomIn(state, event);
  expect(await stateNow()).toBe(state);
  switch (event) {
    case "allocate":
      if (state === "scheduling") await createDeployment(database, application);
      await resumeRoom(rooms, application, roomId).catch(refusal);
      break;
    case "resume_without_process":
      await database.sql`update deployments set deleted_at = clock_timestamp() where app_id = ${appId}`;
      await resumeRoom(rooms, application, roomId).catch(refusal);
      break;
    case "suspend":
      await suspendRoom(rooms, appId, roomId).catch(refusal);
      break;
    case "destroy":
      await destroyRoom(rooms, appId, roomId).catch(refusal);
      break;
    case "expire":
      await database.sql`update rooms set expires_at = clock_timestamp() where room_id = ${roomId}`;
      await runHousekeeping(database, { unscheduledTtlHours: 72, bindDeadlineSeconds: 100 });
      break;
    case "process_lost":
      if (processId !== undefined) await endProcess(database, { processId, reason: "host_lost" });
      break;
    case "process_exited":
      if (processId !== undefined) await endProcess(database, { processId, reason: "exited", exitCode: 0 });
      break;
  }
  expect(await stateNow()).toBe(nextState(state, event));
  await expectConsistent(database);
});

/** A refusal leaves the room as it is; anything else is a fault. */
function refusal(error: unknown): void {
  if (!RoomError.isInstance(error) || error.code === "internal") throw error;
}
