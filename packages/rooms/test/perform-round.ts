import { randomUUID } from "node:crypto";
import {
  claimProcesses,
  createProcess,
  createRoom,
  destroyRoom,
  endProcess,
  getConnectionInfo,
  getRoomCredential,
  getRoomInfo,
  listHostProcesses,
  registerHost,
  reportRunning,
  resumeRoom,
  revokeCredentials,
  stopProcess,
  suspendRoom,
  updateRoomConfig,
  type Connection,
  type HostBeat,
  type RoomInfo,
  type RoomsContext,
} from "@roombridge/rooms";
import { keepAlive, reply, type Reply, type Subject } from "./life-cycle-subject.ts";
import { finishProcesses, keepHouse, keepUp } from "./round-upkeep.ts";
import type { Call, Client } from "./round.ts";
import type { Snapshot } from "./round-snapshot.ts";

/** A call as it was sent, with what came of it. */
export interface Sent {
  readonly call: Call;
  readonly client: string;
  readonly step: number;
  /** Undefined for what befalls a process. */
  readonly roomId: string | undefined;
  readonly answer: Reply<unknown>["answer"];
  readonly seen: Seen;
}

/** What an answer tells. */
export interface Seen {
  readonly roomKey?: string | undefined;
  readonly processId?: string | undefined;
  readonly connection?: Connection | undefined;
  readonly info?: RoomInfo | undefined;
}

export interface Stage extends Subject {
  /** Two gateways on one database; the first is the subject's own. */
  readonly gateways: readonly RoomsContext[];
  readonly olderDeploymentId: string;
  /** Made up, so that a port tells a process. */
  nextPort: number;
}

/** All clients at once, the calls of each one after the other. */
export async function performRound(stage: Stage, before: Snapshot, clients: readonly Client[]): Promise<Sent[]> {
  const living = [...before.processes.values()].filter(({ hasEnded }) => !hasEnded);
  const busy = new Map<number, Promise<void>>();
  const work = clients.map(async ({ gateway, calls }, c) => {
    const sent: Sent[] = [];
    for (const [step, call] of calls.entries()) {
      const times = "times" in call ? call.times : 1;
      const copies = Array.from({ length: times }, async (_, copy) => {
        const rooms = stage.gateways[(gateway + copy) % stage.gateways.length] ?? stage.rooms;
        // A host does one thing after the other.
        if ("host" in call) {
          const turn = (busy.get(call.host) ?? Promise.resolve()).then(() => runHost(stage, call.do, call.host));
          busy.set(call.host, turn);
          await turn;
          return { roomId: undefined, answer: "ok" as const, seen: {} };
        }
        const process = "nth" in call ? living[call.nth % Math.max(living.length, 1)]?.processId : undefined;
        return send(stage, rooms, call, process);
      });
      for (const outcome of await Promise.all(copies)) sent.push({ call, client: `client ${c}`, step, ...outcome });
    }
    return sent;
  });
  return (await Promise.all(work)).flat();
}

type Outcome = Pick<Sent, "roomId" | "answer" | "seen">;

async function send(
  stage: Stage,
  rooms: RoomsContext,
  call: Exclude<Call, { readonly host: number }>,
  processId: string | undefined,
): Promise<Outcome> {
  const { application, appId, database } = stage;
  const roomId = "id" in call && call.id !== null ? `r${call.id}` : undefined;
  const told = async <Value>(promise: Promise<Value>, see: (value: Value) => Seen = () => ({})): Promise<Outcome> => {
    const { answer, value } = await reply(promise);
    return { roomId, answer, seen: value === undefined ? {} : see(value) };
  };
  switch (call.do) {
    case "create": {
      const input = {
        application,
        region: "London",
        roomConfig: call.config,
        needsProcess: !call.isThrift,
        ...(roomId === undefined ? {} : { roomId }),
        ...(call.isPinned ? { deploymentId: stage.olderDeploymentId } : {}),
      } as const;
      const created = await reply(createRoom(rooms, input));
      if (!created.value) return { roomId, answer: created.answer, seen: {} };
      const { processId: on, connection, credential } = created.value;
      const roomKey = credential.username.split(".")[0];
      return { roomId: created.value.roomId, answer: "ok", seen: { roomKey, processId: on, connection } };
    }
    case "suspend":
      return told(suspendRoom(rooms, appId, roomId ?? ""));
    case "destroy":
      return told(destroyRoom(rooms, appId, roomId ?? ""));
    case "info":
      return told(getRoomInfo(rooms, appId, roomId ?? ""), (info) => ({ info }));
    case "credential":
      return told(getRoomCredential(rooms, application, roomId ?? ""), ({ credential }) => ({
        roomKey: credential.username.split(".")[0],
      }));
    case "revoke":
      return told(revokeCredentials(rooms, application, { roomId: roomId ?? "" }));
    case "resume":
      return told(resumeRoom(rooms, application, roomId ?? ""), ({ processId: on, connection, credential }) => ({
        processId: on,
        connection,
        roomKey: credential.username.split(".")[0],
      }));
    case "connect":
      return told(getConnectionInfo(rooms, appId, roomId ?? "", { wake: call.isWake }), (connection) => ({
        connection,
      }));
    case "update":
      return told(updateRoomConfig(rooms, appId, roomId ?? "", call.config));
    case "createProcess":
      return { ...(await told(createProcess(rooms, application, "London"), (process) => process)), roomId: undefined };
    case "stop":
      return { ...(await told(stopProcess(rooms, appId, processId ?? randomUUID()))), roomId: undefined };
    case "end":
      if (processId !== undefined) {
        const exit = call.reason === "exited" ? { exitCode: call.exitCode } : {};
        await endProcess(database, { processId, reason: call.reason, ...exit });
      }
      return { roomId: undefined, answer: "ok", seen: {} };
    case "keepWarm":
    case "growOld":
    case "abandon":
    case "keepHouse":
      await keepUp(stage, call, processId);
      return { roomId: undefined, answer: "ok", seen: {} };
    case "expire": {
      const [row] = await database.sql<{ roomKey: string }[]>`
        update rooms set expires_at = clock_timestamp()
         where app_id = ${appId} and room_id = ${roomId ?? ""} and destroyed_at is null
        returning room_key as "roomKey"`;
      await keepHouse(stage);
      return { roomId, answer: "ok", seen: { roomKey: row?.roomKey } };
    }
  }
}

async function runHost(stage: Stage, what: "start" | "loseHost" | "finish", nth: number): Promise<void> {
  const beat = stage.hosts[nth];
  if (!beat) return;
  if (what === "start") return startProcesses(stage, beat);
  if (what === "finish") return finishProcesses(stage, beat);
  const { database } = stage;
  await database.sql`update hosts set beat_at = clock_timestamp() - interval '7 seconds' where host_id = ${beat.hostId}`;
  await keepHouse(stage);
  const anew = { ...beat, incarnation: randomUUID() };
  await registerHost(database, anew);
  await keepAlive(database, [beat.hostId]);
  stage.hosts[nth] = anew;
  // As a host does when it finds what its predecessor has left.
  for (const { processId, incarnation } of await listHostProcesses(database, beat.hostId)) {
    if (incarnation !== anew.incarnation) await endProcess(database, { processId, reason: "host_lost" });
  }
}

async function startProcesses(stage: Stage, beat: HostBeat): Promise<void> {
  const { database } = stage;
  const own = await listHostProcesses(database, beat.hostId);
  const limit = beat.maxProcesses - own.length;
  if (limit > 0) await claimProcesses(database, { ...beat, limit });
  for (const { processId, status } of await listHostProcesses(database, beat.hostId)) {
    if (status !== "starting") continue;
    stage.nextPort += 1;
    const exposedPort = { host: "127.0.0.1", name: "default", port: stage.nextPort, transportType: "tcp" } as const;
    await reportRunning(database, {
      processId,
      incarnation: beat.incarnation,
      exposedPort,
      additionalExposedPorts: [],
    });
  }
}
