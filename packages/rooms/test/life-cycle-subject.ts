import {
  declareBuild,
  declareDeployment,
  getRoomInfo,
  RoomError,
  type Application,
  type Database,
  type DeploymentSettings,
  type HostBeat,
  type RoomInfo,
  type RoomsContext,
} from "@roombridge/rooms";
import type { ErrorCode, Region } from "@roombridge/models/api";
import { createTenant, registerTestHost } from "@roombridge/testing";
import type { Choose } from "./life-cycle-placement.ts";

/** The real rooms of one application with hosts that start nothing by themselves. */
export interface Subject {
  readonly rooms: RoomsContext;
  readonly database: Database;
  readonly application: Application;
  readonly appId: string;
  /** The current incarnation of each host. */
  readonly hosts: HostBeat[];
}

export async function newSubject(rooms: RoomsContext, hostCapacities: readonly number[]): Promise<Subject> {
  const { database } = rooms;
  // Thousands of stories are told on one database; each has it for itself.
  await database.sql`
    truncate rooms, room_allocations, turn_credentials, room_events, processes, port_leases, pools, hosts, deployments, builds`;
  const { application } = await createTenant(database);
  const hosts: HostBeat[] = [];
  for (const maxProcesses of hostCapacities) {
    hosts.push(await registerTestHost(database, { maxProcesses, regions: ["London", "Sao_Paulo"] }));
  }
  await keepAlive(
    database,
    hosts.map(({ hostId }) => hostId),
  );
  return { rooms, database, application, appId: application.appId, hosts };
}

/** Leases last six seconds, which a busy machine may well need between two steps. */
export async function keepAlive({ sql }: Database, hostIds: readonly string[]): Promise<void> {
  await sql`update hosts set beat_at = 'infinity' where host_id = any (${hostIds as string[]}::text[])`;
}

/** Answers the id of the newest deployment: the one before, if only `maxProcesses` has changed. */
export async function declareFor(
  { database, application }: Subject,
  settings: Pick<DeploymentSettings, "roomsPerProcess" | "maxProcesses" | "warmProcesses" | "deploymentTag">,
  newDeploymentId: string,
): Promise<string> {
  const { appId, orgId } = application;
  const buildId = `bld-${appId}`;
  await declareBuild(database, { buildId, orgId, command: "echo-room" });
  return declareDeployment(
    database,
    {
      appId,
      buildId,
      containerPort: 8000,
      transportType: "tcp",
      requestedCpu: 0.5,
      requestedMemoryMb: 512,
      idleTimeoutEnabled: true,
      ...settings,
    },
    newDeploymentId,
  );
}

export type Reply<Value> =
  | { readonly answer: "ok"; readonly value: Value }
  | { readonly answer: ErrorCode; readonly value?: undefined };

/** The value, or the code of the refusal. Anything else is a fault, and so is a 429 that does not say when to come again. */
export async function reply<Value>(call: Promise<Value>): Promise<Reply<Value>> {
  try {
    return { answer: "ok", value: await call };
  } catch (error) {
    if (!RoomError.isInstance(error) || error.code === "internal") throw error;
    const isLater = error.code === "no_capacity" || error.code === "rate_limited";
    if (isLater !== (error.retryAfterSeconds ?? 0) >= 1) {
      throw new Error(`${error.code} with Retry-After ${error.retryAfterSeconds}`, { cause: error });
    }
    // To the models a quota is one more lack of room; quota.test.ts tells them apart.
    return { answer: error.code === "quota_exceeded" ? "no_capacity" : error.code };
  }
}

export type Infos = ReadonlyMap<string, Reply<RoomInfo>>;

export async function readInfos({ rooms, appId }: Subject, roomIds: readonly string[]): Promise<Infos> {
  const replies = await Promise.all(roomIds.map((roomId) => reply(getRoomInfo(rooms, appId, roomId))));
  return new Map(roomIds.map((roomId, n) => [roomId, replies[n] ?? { answer: "internal" }]));
}

/** The real room's first allocation that the model has not heard of. */
export function choicesOf(infos: Infos): Choose {
  return ({ roomId, stays }) => infos.get(roomId)?.value?.allocations[stays.length]?.processId;
}

/** What lasts seconds by the clock begins anew after each step, until a command ends it, however slow the machine is. */
export async function stopClocks({ database: { sql }, appId }: Subject): Promise<void> {
  await sql`
    update rooms set woken_at = clock_timestamp()
     where app_id = ${appId} and woken_at > clock_timestamp() - interval '10 seconds'`;
  await sql`
    update pools set stopped_until = clock_timestamp() + interval '60 seconds'
     where app_id = ${appId} and stopped_until > clock_timestamp()`;
}

export const REGIONS_USED: readonly Region[] = ["London", "Sao_Paulo", "Tokyo"];
