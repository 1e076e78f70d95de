import type { ExposedPort, RoomStatus } from "@roombridge/models/api";
import { expect } from "vitest";
import type { Place } from "../arrange.ts";

interface Allocation {
  readonly roomAllocationId: string;
  readonly processId: string;
  readonly scheduledAt: Date;
  readonly unscheduledAt: Date | null;
}

/** A room as GetRoomInfo shows it, with the stays that the database has. */
export async function expectedRoom(
  place: Place,
  roomId: string,
  { status, roomConfig = null }: { readonly status: RoomStatus; readonly roomConfig?: string | null },
): Promise<{
  readonly appId: string;
  readonly roomId: string;
  readonly status: RoomStatus;
  readonly roomConfig: string | null;
  readonly currentAllocation: Allocation | null;
  readonly allocations: readonly Allocation[];
}> {
  const { appId } = place.game;
  const allocations = [
    ...(await place.rooms.database.sql<Allocation[]>`
      select a.room_allocation_id as "roomAllocationId", a.process_id as "processId", a.scheduled_at as "scheduledAt",
             a.unscheduled_at as "unscheduledAt"
        from room_allocations a join rooms r on r.room_key = a.room_key
       where r.app_id = ${appId} and r.room_id = ${roomId}
       order by a.scheduled_at`),
  ];
  const currentAllocation = allocations.find(({ unscheduledAt }) => unscheduledAt === null) ?? null;
  return { appId, roomId, status, roomConfig, currentAllocation, allocations };
}

/** A room in the list of a process. */
export async function expectedSummary(
  ...given: Parameters<typeof expectedRoom>
): Promise<Omit<Awaited<ReturnType<typeof expectedRoom>>, "allocations">> {
  const { allocations: _, ...summary } = await expectedRoom(...given);
  return summary;
}

/** A process as ProcessesV3 shows it, from the database. */
export async function expectedProcess(
  { rooms }: Place,
  processId: string,
  summaryExitReason?: string,
): Promise<Readonly<Record<string, unknown>>> {
  const [row] = await rooms.database.sql`
    select app_id as "appId", deployment_id as "deploymentId", process_id as "processId", region, status,
           rooms_allocated as "roomsAllocated", rooms_per_process as "roomsPerProcess", exposed_port as "exposedPort",
           additional_exposed_ports as "additionalExposedPorts", created_at as "createdAt", scheduled_at as "scheduledAt",
           booted_at as "bootedAt", started_at as "startedAt", stopping_at as "stoppingAt", terminated_at as "terminatedAt"
      from processes where process_id = ${processId}`;
  if (!row) throw new Error(`there is no process ${processId}`);
  return { ...row, ...(summaryExitReason === undefined ? {} : { summaryExitReason }) };
}

/** A process that has just been created by the call. */
export function newProcess({ game }: Place, region: string): Readonly<Record<string, unknown>> {
  return {
    appId: game.appId,
    deploymentId: game.deploymentId,
    processId: expect.stringMatching(UUID),
    region,
    status: "starting",
    roomsAllocated: 0,
    roomsPerProcess: 10,
    exposedPort: null,
    additionalExposedPorts: [],
    createdAt: expect.any(Date),
    scheduledAt: null,
    bootedAt: null,
    startedAt: null,
    stoppingAt: null,
    terminatedAt: null,
  };
}

export const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Connection data of a room; ports only when its process runs. */
export function connection(
  roomId: unknown,
  ports?: { readonly main: ExposedPort; readonly others: readonly ExposedPort[] },
): Readonly<Record<string, unknown>> {
  if (!ports) return { roomId, status: "starting", additionalExposedPorts: [] };
  return { roomId, status: "active", exposedPort: ports.main, additionalExposedPorts: ports.others };
}

/** The relay of the tests, with a credential. */
export const ICE_SERVER = {
  urls: ["turn:127.0.0.1:3478?transport=udp"],
  username: expect.stringMatching(/^[0-9a-z]{16}\.[0-9a-z]{16}$/),
  credential: expect.stringMatching(/^[\w-]{43}$/),
};

/** The relay's credential of a room, as create and resume answer it. */
export const ICE_SERVERS = [ICE_SERVER];
