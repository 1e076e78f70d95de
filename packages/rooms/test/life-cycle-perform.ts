import { randomUUID } from "node:crypto";
import {
  claimProcesses,
  createProcess,
  createRoom,
  destroyRoom,
  endProcess,
  getConnectionInfo,
  getRoomCredential,
  issueCredential,
  listCredentials,
  registerHost,
  reportBooted,
  reportRunning,
  requestStop,
  resumeRoom,
  revokeCredentials,
  runHousekeeping,
  stopProcess,
  suspendRoom,
  updateRoomConfig,
  type TurnCredential,
} from "@roombridge/rooms";
import type { Command } from "./life-cycle-command.ts";
import * as model from "./life-cycle-model.ts";
import * as time from "./life-cycle-time.ts";
import * as upkeep from "./life-cycle-upkeep.ts";
import {
  findDeployment,
  liveRoom,
  liveRooms,
  living,
  livingFirst,
  openStay,
  pick,
  type Answer,
  type ModelProcess,
  type ModelRoom,
  type World,
} from "./life-cycle-world.ts";
import {
  choicesOf,
  declareFor,
  keepAlive,
  readInfos,
  REGIONS_USED,
  reply,
  type Subject,
} from "./life-cycle-subject.ts";

/** Every room id that was ever heard of, and four that may not have been. */
export function roomIdsOf(world: World): string[] {
  return [...new Set(["r0", "r1", "r2", "r3", ...world.rooms.map(({ roomId }) => roomId)])];
}

/** A room is created under one of four ids; else one of those that live is meant, now and then one that does not. */
function roomIdFor(world: World, kind: Command["do"], nth: number): string {
  if (kind === "create") return `r${nth % 4}`;
  const live = liveRooms(world).map(({ roomId }) => roomId);
  const other = roomIdsOf(world).find((roomId) => !live.includes(roomId));
  return pick([...live, other ?? "r0"], nth) ?? "r0";
}

/** Does to the real rooms and to the model what the command says; throws when the real answer is none that the model allows. */
export async function perform(subject: Subject, world: World, command: Command): Promise<void> {
  const { rooms, database, application, appId } = subject;
  const choices = async (...more: string[]) => choicesOf(await readInfos(subject, [...roomIdsOf(world), ...more]));
  const roomId = "id" in command && command.id !== null ? roomIdFor(world, command.do, command.id) : "";
  const host = "host" in command ? world.hosts[command.host] : undefined;
  const beat = "host" in command ? subject.hosts[command.host] : undefined;
  switch (command.do) {
    case "create": {
      const { config, isThrift } = command;
      const region = pick(REGIONS_USED, command.region);
      const pinned =
        command.pin === null ? undefined : (pick(world.deployments, command.pin)?.deploymentId ?? "dep-none");
      if (region === undefined) return;
      const { answer, value } = await reply(
        createRoom(rooms, {
          application,
          region,
          ...(command.id === null ? {} : { roomId }),
          ...(config === null ? {} : { roomConfig: config }),
          ...(pinned === undefined ? {} : { deploymentId: pinned }),
          needsProcess: !isThrift,
        }),
      );
      const request = { roomId: value?.roomId ?? roomId, region, config, pinned, isThrift };
      const { username = "", password = "" } = value?.credential ?? {};
      // When it is refused, what the id shows is an older room's.
      const choose = value ? await choices(value.roomId) : () => undefined;
      const credential = { username, password, isOn: true, isRevoked: false, isExpired: false };
      return same(
        answer,
        model.createRoom(world, request, credential, choose),
        value?.processId,
        world,
        request.roomId,
      );
    }
    case "suspend":
      return same((await reply(suspendRoom(rooms, appId, roomId))).answer, [model.suspendRoom(world, roomId)]);
    case "resume": {
      const { answer, value } = await reply(resumeRoom(rooms, application, roomId));
      same(answer, [model.resumeRoom(world, roomId, await choices())], value?.processId, world, roomId);
      return sameCredential(world, roomId, value?.credential);
    }
    case "destroy":
      return same((await reply(destroyRoom(rooms, appId, roomId))).answer, [model.destroyRoom(world, roomId)]);
    case "credential": {
      const { answer, value } = await reply(getRoomCredential(rooms, application, roomId));
      same(answer, [model.getRoomCredential(world, roomId)]);
      return sameCredential(world, roomId, value?.credential);
    }
    case "issue": {
      const playerId = `player ${command.player}`;
      const { answer, value } = await reply(issueCredential(rooms, application, { roomId, playerId }));
      return same(answer, [model.issueToPlayer(world, roomId, playerId, value?.username)]);
    }
    case "revoke": {
      const player = command.player === null ? null : `player ${command.player}`;
      const input = player === null ? { roomId } : { roomId, playerId: player };
      const { answer, value } = await reply(revokeCredentials(rooms, application, input));
      const own = answer === "ok" ? await listCredentials(rooms, application, roomId) : [];
      const username = own.find(({ playerId, state }) => playerId === null && state !== "revoked")?.username ?? "";
      const expected = model.revoke(world, roomId, player, username);
      same(answer, [expected.answer]);
      return sameFact("how many were revoked", value, expected.count);
    }
    case "connect": {
      const { answer } = await reply(getConnectionInfo(rooms, appId, roomId, { wake: command.isWake }));
      return same(answer, [model.connect(world, roomId, command.isWake, await choices())]);
    }
    case "napTwice":
      for (const _nap of [1, 2]) {
        await perform(subject, world, { do: "suspend", id: command.id });
        await perform(subject, world, { do: "connect", id: command.id, isWake: true });
      }
      return;
    case "update": {
      const { answer } = await reply(updateRoomConfig(rooms, appId, roomId, command.config));
      return same(answer, [model.updateRoomConfig(world, roomId, command.config)]);
    }
    case "createProcess": {
      const region = pick(REGIONS_USED, command.region);
      if (region === undefined) return;
      const { answer, value } = await reply(createProcess(rooms, application, region));
      return same(answer, [upkeep.createProcess(world, region, value?.processId)]);
    }
    case "stopProcess": {
      const process = pick(livingFirst(world), command.nth);
      const { answer } = await reply(stopProcess(rooms, appId, process?.processId ?? randomUUID()));
      if (process) model.stopProcess(world, process);
      return same(answer, [process ? "ok" : "process_not_found"]);
    }
    case "askStop": {
      const process = pick(living(world), command.nth);
      if (!process?.owner) return;
      const isAsked = await requestStop(database, process.processId, "host_shutdown");
      return sameFact("requestStop", isAsked, upkeep.requestStop(process, "host_shutdown"));
    }
    case "end": {
      const process = pick(living(world), command.nth);
      // Before a host has taken a process there is nobody who could tell of its end.
      if (!process?.owner) return;
      return end(subject, world, process, command);
    }
    case "report": {
      const process = pick(livingFirst(world), command.nth);
      if (process?.owner) await report(subject, world, process);
      return;
    }
    case "claim":
    case "start":
    case "failStart": {
      if (!host?.isAlive || !beat) return;
      const limit = Math.min(upkeep.roomOnHost(world, host), command.do === "claim" ? command.limit : Infinity);
      const orders = limit === 0 ? [] : await claimProcesses(database, { ...beat, limit });
      const ids = orders.map(({ processId }) => processId);
      upkeep.claim(world, host, limit, ids);
      for (const { processId, initialRoomId, initialRoomConfig } of orders) {
        const expected = firstRooms(world, processId).map((room) => JSON.stringify([room.roomId, room.config]));
        const first = JSON.stringify([initialRoomId, initialRoomConfig]);
        sameFact(
          `${first} is one of ${expected.join()}`,
          (expected.length > 0 ? expected : ["[null,null]"]).includes(first),
          true,
        );
      }
      if (command.do === "claim") return;
      for (const process of living(world).filter(
        ({ owner, status }) => owner?.host === host && status === "starting",
      )) {
        if (command.do === "start") await report(subject, world, process);
        else await end(subject, world, process, { reason: "spawn_error", exitCode: 0 });
      }
      return;
    }
    case "hostDown":
    case "hostBack":
    case "hostRestart":
      if (!host || !beat) return;
      if (command.do === "hostRestart") {
        const anew = { ...beat, incarnation: randomUUID() };
        await registerHost(database, anew);
        subject.hosts[command.host] = anew;
        host.incarnation = anew.incarnation;
      }
      host.isAlive = command.do !== "hostDown";
      if (host.isAlive) await keepAlive(database, [host.hostId]);
      else await time.silence(subject, host);
      return;
    case "declare": {
      const { roomsPerProcess, maxProcesses } = command;
      const deploymentId = await declareFor(subject, { roomsPerProcess, maxProcesses }, `dep-${randomUUID()}`);
      const newest = findDeployment(world, undefined);
      sameFact("same deployment", newest?.deploymentId === deploymentId, newest?.roomsPerProcess === roomsPerProcess);
      return upkeep.declare(world, { deploymentId, roomsPerProcess, maxProcesses, warmProcesses: 0, isDeleted: false });
    }
    case "keepWarm": {
      const newest = findDeployment(world, undefined);
      if (!newest) return;
      const { roomsPerProcess, maxProcesses, deploymentId } = newest;
      const { warmProcesses } = command;
      sameFact(
        "same deployment",
        await declareFor(subject, { roomsPerProcess, maxProcesses, warmProcesses }, `dep-${randomUUID()}`),
        deploymentId,
      );
      newest.warmProcesses = warmProcesses;
      return;
    }
    case "setQuota":
      world.quota = command.quota ?? undefined;
      await database.sql`update applications set max_processes = ${command.quota} where app_id = ${appId}`;
      return;
    case "deleteDeployment": {
      const deployment = pick(world.deployments, command.nth);
      if (!deployment) return;
      deployment.isDeleted = true;
      await database.sql`
        update deployments set deleted_at = clock_timestamp() where deployment_id = ${deployment.deploymentId}`;
      return;
    }
    case "housekeeping":
      await runHousekeeping(database, { unscheduledTtlHours: 72, bindDeadlineSeconds: 100, maxProcessAgeHours: 24 });
      return upkeep.keepHouse(
        world,
        { ended: await time.endedSince(subject, world), started: await time.allProcesses(subject) },
        await choices(),
      );
    case "expire":
    case "forget":
    case "forgetWake":
    case "idle":
    case "abandon":
    case "growOld":
    case "overdue":
    case "ageTombstones":
    case "recoverPools":
      return time.pass(subject, world, command, roomId);
  }
}

async function end(
  subject: Subject,
  world: World,
  process: ModelProcess,
  { reason, exitCode }: model.End,
): Promise<void> {
  const { processId } = process;
  const report = { processId, reason, ...(reason === "exited" ? { exitCode } : {}) };
  sameFact("endProcess", await endProcess(subject.database, report), true);
  model.endProcess(world, process, { reason, exitCode }, choicesOf(await readInfos(subject, roomIdsOf(world))));
  sameFact("endProcess again", await endProcess(subject.database, report), false);
}

async function report({ database }: Subject, world: World, process: ModelProcess): Promise<void> {
  const { processId, owner, port } = process;
  const ports = [...world.processes.values()].map((other) => other.port ?? 20_000);
  const exposedPort = {
    host: "127.0.0.1",
    name: "default",
    port: port ?? Math.max(...ports) + 1,
    transportType: "tcp",
  } as const;
  await reportBooted(database, processId);
  const report = { processId, incarnation: owner?.incarnation ?? "", exposedPort, additionalExposedPorts: [] };
  sameFact("a stranger's report", await reportRunning(database, { ...report, incarnation: randomUUID() }), false);
  sameFact(
    "reportRunning",
    await reportRunning(database, report),
    upkeep.reportRunning(process, world.pools, exposedPort.port),
  );
}

/** The rooms one of which a process starts with: those for which it was started, else the first of those that are on it. */
function firstRooms(world: World, processId: string): ModelRoom[] {
  const here = world.rooms.filter((room) => openStay(room)?.processId === processId);
  const initial = here.filter((room) => world.processes.get(processId)?.initialRooms.includes(room));
  if (initial.length > 0) return initial;
  const earliest = Math.min(...here.map((room) => openStay(room)?.from ?? Infinity));
  return here.filter((room) => openStay(room)?.from === earliest);
}

function same(answer: Answer, allowed: readonly Answer[], processId?: string, world?: World, roomId?: string): void {
  if (!allowed.includes(answer)) throw new Error(`answered ${answer}, allowed: ${allowed.join(" or ")}`);
  if (answer !== "ok" || !world || roomId === undefined) return;
  sameFact(
    "process of the answer",
    processId,
    liveRoom(world, roomId)?.stays.findLast(({ until }) => until === undefined)?.processId,
  );
}

function sameFact(what: string, actual: unknown, expected: unknown): void {
  if (JSON.stringify(actual) !== JSON.stringify(expected)) {
    throw new Error(`${what}: ${JSON.stringify(actual)}, expected ${JSON.stringify(expected)}`);
  }
}

function sameCredential(world: World, roomId: string, credential: TurnCredential | undefined): void {
  if (!credential) return;
  const known = liveRoom(world, roomId)?.credential;
  if (known?.password === "") known.password = credential.password;
  sameFact(
    "credential of the room's birth",
    [credential.username, credential.password],
    [known?.username, known?.password],
  );
}
