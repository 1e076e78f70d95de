import { openDatabase, runHousekeeping, type DatabaseObserver } from "@roombridge/rooms";
import { DUE_ROOMS } from "./sizes.ts";
import type { Subject } from "./subject.ts";

export interface Pruned {
  /** Of everything together, in milliseconds, until nothing was left to forget. */
  readonly milliseconds: number;
  readonly rooms: number;
  readonly events: number;
  /** The statement, and so the transaction, that held its locks longest, in milliseconds. */
  readonly longest: number;
  /** Of each statement that has forgotten 1,000 rooms, in milliseconds. */
  readonly roomBatches: readonly number[];
  /** What a round takes when there is nothing to do, in milliseconds. */
  readonly idle: number;
}

const SETTINGS = { unscheduledTtlHours: 72, bindDeadlineSeconds: 100 };
/** A round forgets 10,000 of each kind; the events of the rooms are thirty thousand. */
const ROUNDS = 4;

/** What a host does every two seconds, on the rooms that are due. Only once: then there are none. */
export async function measureHousekeeping({ url, database: { sql } }: Subject): Promise<Pruned> {
  const statements: Statement[] = [];
  const database = openDatabase({ url, applicationName: "roombridge bench", observer: stopwatch(statements) });
  try {
    const count = async () => {
      const [row] = await sql<{ events: number }[]>`
        select count(*)::integer as events from room_events where created_at < now() - interval '72 hours'`;
      return row?.events ?? 0;
    };
    const events = await count();
    const begin = performance.now();
    let rooms = 0;
    for (let round = 0; round < ROUNDS; round += 1) rooms += (await runHousekeeping(database, SETTINGS)).tombstones;
    const milliseconds = performance.now() - begin;
    const left = await count();
    if (rooms !== DUE_ROOMS || left > 0)
      throw new Error(`forgot ${rooms} of ${DUE_ROOMS} rooms, and left ${left} events`);
    const longest = Math.max(...statements.map((statement) => statement.milliseconds));
    const roomBatches = statements
      .filter(({ text }) => text.includes("delete from rooms"))
      .slice(0, DUE_ROOMS / 1_000)
      .map((statement) => statement.milliseconds);
    const idleFrom = performance.now();
    await runHousekeeping(database, SETTINGS);
    return { milliseconds, rooms, events, longest, roomBatches, idle: performance.now() - idleFrom };
  } finally {
    await database.close();
  }
}

interface Statement {
  readonly text: string;
  readonly milliseconds: number;
}

function stopwatch(statements: Statement[]): DatabaseObserver {
  return {
    statement(text) {
      const begin = performance.now();
      return () => statements.push({ text, milliseconds: performance.now() - begin });
    },
    traceparent: () => undefined,
    asker: () => undefined,
    onBehalfOf: (_name, _askers, work) => work(),
  };
}
