import { TEST_REGION } from "@roombridge/testing";
import type { Fixture, Game } from "./fixture.ts";
import { measureHttp, toRequest, type Load, type Sample } from "./http-load.ts";
import {
  conventionalCreate,
  conventionalDestroy,
  conventionalResume,
  functionCreate,
  listActive,
  numberedProcess,
  readConnection,
  readInfo,
  singleCreate,
  type Script,
  type Setting,
} from "./statements.ts";
import { residentMib } from "./resident.ts";

export const CONNECTIONS = [1, 16, 64, 256] as const;
/** As many as the connections that PostgreSQL has room for beside the gateway. */
const CLIENTS = [1, 16, 64] as const;
/** Rooms that reads have to choose from. */
const READ_ROOMS = 2_000;
/** On each process that is asked for its rooms. */
const LISTED_ROOMS = 20;
/** More are not prepared for each millisecond of a measurement that uses rooms up. */
const ROOMS_PER_MS: Readonly<Record<number, number>> = { 1: 2, 16: 6, 64: 8, 256: 10 };
/** Rooms in one call of our function, and with how many clients. */
const BATCH = 64;
/** Of the rooms that the small processes can take. */
const PACKED_SHARE = 0.95;

export type OperationName = "create" | "connection info" | "info" | "list-active" | "destroy" | "resume";

export interface Measured extends Sample {
  /** Of the gateway, in MiB, at the end. */
  readonly residentMib?: number;
  /** Processes with rooms over as few as would do. */
  readonly packing?: { readonly used: number; readonly needed: number };
}

/** One figure of a round. */
export interface Task {
  readonly operation: OperationName | "hello" | "packed create";
  readonly source: string;
  readonly connections: number;
  readonly run: (milliseconds: number) => Promise<Measured>;
}

/** Everything that is measured in each round, but the peers. */
export function tasksOf(fixture: Fixture): Task[] {
  return [
    ...CONNECTIONS.flatMap((connections) => [
      ...gatewayTasks(fixture, connections),
      readTask(fixture, { operation: "hello", connections, path: (room) => `/hello/r-${room}` }, fixture.hello),
    ]),
    ...CLIENTS.flatMap((clients) => baselineTasks(fixture, clients)),
    packedTask(fixture),
  ];
}

function gatewayTasks(fixture: Fixture, connections: number): Task[] {
  const { appId, processes } = fixture.wide;
  const below = `/rooms/v2/${appId}`;
  const process = (room: number) => numberedProcess(room % Math.min(processes, READ_ROOMS / LISTED_ROOMS));
  return [
    createTask(fixture, connections),
    readTask(fixture, {
      operation: "connection info",
      connections,
      path: (room) => `${below}/connectioninfo/r-${room}`,
    }),
    readTask(fixture, { operation: "info", connections, path: (room) => `${below}/info/r-${room}` }),
    readTask(fixture, {
      operation: "list-active",
      connections,
      path: (room) => `${below}/list/${process(room)}/active`,
    }),
    endingTask(fixture, { operation: "destroy", connections, status: 204 }),
    endingTask(fixture, { operation: "resume", connections, status: 200 }),
  ];
}

function createTask(fixture: Fixture, connections: number): Task {
  return {
    ...{ operation: "create", source: "gateway", connections },
    async run(milliseconds) {
      await fixture.reset();
      const request = createRequest(fixture, fixture.wide);
      return onGateway(fixture, { connections, milliseconds, status: 201, next: () => request });
    },
  };
}

function createRequest({ gateway }: Fixture, { appId, token }: Game): Buffer {
  const body = JSON.stringify({ region: TEST_REGION });
  return toRequest(gateway, { method: "POST", path: `/rooms/v2/${appId}/create`, token, body });
}

interface Reading {
  readonly operation: Task["operation"];
  readonly connections: number;
  readonly path: (room: number) => string;
}

/** Rooms are asked for in turn; a token comes along also where none is needed, as SDKs send it. */
function readTask(fixture: Fixture, { operation, connections, path }: Reading, target = fixture.gateway): Task {
  const { token } = fixture.wide;
  return {
    ...{ operation, source: target.name, connections },
    async run(milliseconds) {
      await resetForReads(fixture, operation);
      const requests = Array.from({ length: READ_ROOMS }, (_, room) =>
        toRequest(target, { method: "GET", path: path(room), token }),
      );
      let asked = 0;
      return onGateway(
        fixture,
        { connections, milliseconds, status: 200, next: () => requests[asked++ % READ_ROOMS] },
        target,
      );
    },
  };
}

/** The rooms that are listed are spread evenly, all others stay where they were placed. */
async function resetForReads(fixture: Fixture, operation: Task["operation"]): Promise<void> {
  if (operation === "hello") return;
  await fixture.reset(READ_ROOMS);
  if (operation === "list-active") await fixture.spread();
}

interface Ending {
  readonly operation: "destroy" | "resume";
  readonly connections: number;
  readonly status: number;
}

/** Each room is asked for once; the measurement ends early when there is none left. */
function endingTask(fixture: Fixture, { operation, connections, status }: Ending): Task {
  const { gateway, wide } = fixture;
  return {
    ...{ operation, source: "gateway", connections },
    async run(milliseconds) {
      const rooms = await resetForEnding(fixture, operation, { connections, milliseconds });
      let room = 0;
      const next = () => {
        if (room === rooms) return undefined;
        const path = `/rooms/v2/${wide.appId}/${operation}/r-${room}`;
        room += 1;
        return toRequest(gateway, { method: "POST", path, token: wide.token });
      };
      return onGateway(fixture, { connections, milliseconds, status, next });
    },
  };
}

async function resetForEnding(
  fixture: Fixture,
  operation: "destroy" | "resume",
  { connections, milliseconds }: { readonly connections: number; readonly milliseconds: number },
): Promise<number> {
  const rooms = Math.ceil(milliseconds * (ROOMS_PER_MS[connections] ?? 1));
  await fixture.reset(rooms);
  if (operation === "resume") await fixture.suspendAll();
  return rooms;
}

async function onGateway(fixture: Fixture, load: Load, target = fixture.gateway): Promise<Measured> {
  const sample = await measureHttp(target, load);
  return { ...sample, residentMib: residentMib(target.pid) };
}

/** 64 creators on small processes, until they are nearly full or time is over. */
function packedTask(fixture: Fixture): Task {
  const { packed } = fixture;
  const connections = 64;
  return {
    ...{ operation: "packed create", source: "gateway", connections },
    async run(milliseconds) {
      await fixture.reset();
      const request = createRequest(fixture, packed);
      let left = Math.floor(packed.processes * packed.roomsPerProcess * PACKED_SHARE);
      const next = () => (left-- > 0 ? request : undefined);
      const sample = await onGateway(fixture, { connections, milliseconds, status: 201, next });
      const used = await fixture.usedProcesses(packed);
      const needed = Math.ceil(sample.milliseconds.length / packed.roomsPerProcess);
      return { ...sample, packing: { used: used.length, needed } };
    },
  };
}

function baselineTasks(fixture: Fixture, clients: number): Task[] {
  const read = (operation: OperationName, write: (setting: Setting) => Script) =>
    baselineTask(fixture, { operation, clients, write, source: "statement" }, async () => {
      await resetForReads(fixture, operation);
      return { rooms: READ_ROOMS };
    });
  const create = (source: string, write: (setting: Setting) => Script) =>
    baselineTask(fixture, { operation: "create", clients, write, source }, async () => {
      await fixture.reset();
      return { rooms: 0 };
    });
  const ending = (operation: "destroy" | "resume", write: (setting: Setting) => Script) =>
    baselineTask(fixture, { operation, clients, write, source: "transaction" }, async (milliseconds) => {
      const rooms = await resetForEnding(fixture, operation, { connections: clients, milliseconds });
      return { rooms, transactions: Math.floor(rooms / clients) };
    });
  return [
    create("transaction", conventionalCreate),
    create("statement", singleCreate),
    create("our function", (setting) => functionCreate(setting, 1)),
    ...(clients === 1 ? [batchTask(fixture)] : []),
    read("connection info", readConnection),
    read("info", readInfo),
    read("list-active", listActive),
    ending("destroy", conventionalDestroy),
    ending("resume", conventionalResume),
  ];
}

/** What the database can do for a gateway that has collected so many rooms. */
function batchTask(fixture: Fixture): Task {
  const write = (setting: Setting) => functionCreate(setting, BATCH);
  const source = `our function, ${BATCH} rooms a call`;
  const task = baselineTask(fixture, { operation: "create", clients: 1, write, source }, async () => {
    await fixture.reset();
    return { rooms: 0 };
  });
  return {
    ...task,
    async run(milliseconds) {
      const calls = await task.run(milliseconds);
      return { ...calls, perSecond: calls.perSecond * BATCH };
    },
  };
}

interface BaselineSettings {
  readonly operation: OperationName;
  readonly source: string;
  readonly clients: number;
  readonly write: (setting: Setting) => Script;
}

type Prepare = (milliseconds: number) => Promise<{ readonly rooms: number; readonly transactions?: number }>;

function baselineTask(fixture: Fixture, settings: BaselineSettings, prepare: Prepare): Task {
  const { operation, source, clients, write } = settings;
  return {
    ...{ operation, source, connections: clients },
    async run(milliseconds) {
      const { rooms, ...length } = await prepare(milliseconds);
      return fixture.baseline.measure(write(fixture.setting(clients, rooms)), { clients, milliseconds, ...length });
    },
  };
}
