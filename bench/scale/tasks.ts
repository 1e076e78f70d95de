import { TEST_REGION } from "@roombridge/testing";
import { measureHttp, toRequest, type Sample } from "../rooms/http-load.ts";
import { numberedProcess } from "../rooms/statements.ts";
import { measureTail } from "./event-tail.ts";
import type { FilledGames, ScaleGame } from "./fill.ts";
import { FEW_PROCESSES, LISTED_PROCESSES, PROCESSES } from "./sizes.ts";
import type { Subject } from "./subject.ts";

const CONNECTIONS = 64;
/** Before a create is measured: after a checkpoint the first change of each page is written whole. */
const WARM_UP_MS = 500;
const TAIL_READS = 20;
/** Processes whose rooms are listed, by number. */
const LISTED = { first: 0, count: LISTED_PROCESSES };
const LISTED_OF_FEW = { first: PROCESSES, count: FEW_PROCESSES };

type Game = keyof FilledGames;

export interface Measured extends Sample {
  /** Written to PostgreSQL's log, in bytes per request. */
  readonly walBytes?: number;
}

/** What is measured in turn with all sizes. It may give several figures, by name. */
export interface ScaleTask {
  readonly name: string;
  readonly run: (subject: Subject, milliseconds: number) => Promise<Readonly<Record<string, Measured>>>;
}

export const TASKS: readonly ScaleTask[] = [
  createTask("create", "large"),
  createTask("create, few processes", "small"),
  oneByOneTask("create, 1 connection", "large"),
  readTask("connection info", "large", ({ appId }, { liveRooms }) => roomPaths(appId, "connectioninfo", liveRooms)),
  readTask("info", "large", ({ appId }, { liveRooms }) => roomPaths(appId, "info", liveRooms)),
  readTask("info of an ended room", "large", ({ appId }, { endedRooms }) => roomPaths(appId, "info", endedRooms)),
  readTask("list-active", "large", ({ appId }) => processPaths(appId, "active", LISTED)),
  readTask("list-active, few rooms", "small", ({ appId }) => processPaths(appId, "active", LISTED_OF_FEW)),
  readTask("list-inactive", "large", ({ appId }) => processPaths(appId, "inactive", LISTED)),
  readTask("list, a page of many rooms", "large", ({ appId }) => [`/rooms/v2/${appId}/list`]),
  readTask("list, few rooms", "small", ({ appId }) => [`/rooms/v2/${appId}/list`]),
  {
    name: "event tail",
    run: async (subject) => ({ "event tail": await measureTail(subject, TAIL_READS) }),
  },
];

function roomPath(appId: string, operation: string, roomId: string): string {
  return `/rooms/v2/${appId}/${operation}/${roomId}`;
}

function roomPaths(appId: string, operation: string, roomIds: readonly string[]): string[] {
  return roomIds.map((roomId) => roomPath(appId, operation, roomId));
}

function processPaths(appId: string, list: "active" | "inactive", { first, count }: typeof LISTED): string[] {
  return Array.from({ length: count }, (_, n) => `/rooms/v2/${appId}/list/${numberedProcess(first + n)}/${list}`);
}

/** A token comes along also where none is needed, as SDKs send it. */
function readTask(name: string, game: Game, pathsOf: (game: ScaleGame, subject: Subject) => string[]): ScaleTask {
  return {
    name,
    async run(subject, milliseconds) {
      const { gateway, [game]: owner } = subject;
      const requests = pathsOf(owner, subject).map((path) =>
        toRequest(gateway, { method: "GET", path, token: owner.token }),
      );
      let asked = 0;
      const next = () => requests[asked++ % requests.length];
      const sample = await measureHttp(gateway, { connections: CONNECTIONS, milliseconds, status: 200, next });
      return { [name]: sample };
    },
  };
}

/** Creates, and destroys what was created. */
function createTask(name: string, game: Game): ScaleTask {
  return {
    name,
    async run(subject, milliseconds) {
      await createRooms(subject, subject[game], { connections: CONNECTIONS, milliseconds: WARM_UP_MS });
      await subject.settle();
      await createRooms(subject, subject[game], { connections: CONNECTIONS, milliseconds: WARM_UP_MS });
      const from = await readMark(subject);
      const created = await createRooms(subject, subject[game], { connections: CONNECTIONS, milliseconds });
      const figures = { [name]: await withLog(subject, created, from) };
      if (game === "small") {
        await subject.settle();
        return figures;
      }
      const ended = await destroyRooms(subject, from.at, milliseconds);
      await subject.settle();
      return { ...figures, destroy: ended };
    },
  };
}

function oneByOneTask(name: string, game: Game): ScaleTask {
  return {
    name,
    async run(subject, milliseconds) {
      const created = await createRooms(subject, subject[game], { connections: 1, milliseconds });
      await subject.settle();
      return { [name]: created };
    },
  };
}

interface Creating {
  readonly connections: number;
  readonly milliseconds: number;
}

function createRooms({ gateway }: Subject, { appId, token }: ScaleGame, load: Creating): Promise<Sample> {
  const body = JSON.stringify({ region: TEST_REGION });
  const request = toRequest(gateway, { method: "POST", path: `/rooms/v2/${appId}/create`, token, body });
  return measureHttp(gateway, { ...load, status: 201, next: () => request });
}

async function destroyRooms({ database, gateway, large }: Subject, since: Date, milliseconds: number) {
  const rooms = await database.sql<{ id: string }[]>`
    select room_id as id from rooms where app_id = ${large.appId} and created_at > ${since} and destroyed_at is null`;
  const next = () => {
    const room = rooms.pop();
    if (!room) return undefined;
    return toRequest(gateway, { method: "POST", path: roomPath(large.appId, "destroy", room.id), token: large.token });
  };
  return measureHttp(gateway, { connections: CONNECTIONS, milliseconds, status: 204, next });
}

interface Mark {
  readonly at: Date;
  readonly lsn: string;
}

async function readMark({ database: { sql } }: Subject): Promise<Mark> {
  const [mark] = await sql<Mark[]>`select clock_timestamp() as at, pg_current_wal_insert_lsn()::text as lsn`;
  if (!mark) throw new Error("the server says nothing of its log");
  return mark;
}

async function withLog({ database: { sql } }: Subject, sample: Sample, { lsn }: Mark): Promise<Measured> {
  const [row] = await sql<
    { bytes: number }[]
  >`select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), ${lsn})::float8 as bytes`;
  return { ...sample, walBytes: (row?.bytes ?? Number.NaN) / sample.milliseconds.length };
}
