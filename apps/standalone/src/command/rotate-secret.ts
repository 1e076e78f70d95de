import { openDatabase, rotateTurnSecret } from "@roombridge/rooms";
import type { CommandEnv } from "../env.ts";
import { newTurnSecret } from "../turn-secret.ts";
import { databaseUrlOf } from "./database-url.ts";
import { readOptions, UsageError } from "./usage-error.ts";

/** A credential may live for a day; an hour more bridges caches, clocks and those that ask late. */
const OVERLAP_HOURS = 25;
const SECONDS_PER_HOUR = 3_600;

/** `roombridge turn rotate-secret`: the next secret of TURN_MODE=rest, and the end of those before it. Prints neither. */
export async function rotateSecret(
  args: readonly string[],
  env: CommandEnv,
  write: (line: string) => void,
): Promise<void> {
  const options = readOptions(args, {
    overlap: { type: "string", default: String(OVERLAP_HOURS) },
    at: { type: "string" },
  });
  const overlapHours = wholeHours(options.overlap);
  const notBefore = options.at === undefined ? undefined : instant(options.at);
  if (env.TURN_REST_SECRET !== undefined)
    throw new Error("TURN_REST_SECRET is set: it issues, not the secrets of the database");
  const database = openDatabase({
    url: databaseUrlOf(env),
    applicationName: "roombridge turn rotate-secret",
    maxConnections: 1,
  });
  try {
    const begins = await rotateTurnSecret(database, {
      realm: env.TURN_REALM,
      value: newTurnSecret(),
      notBefore,
      overlapSeconds: overlapHours * SECONDS_PER_HOUR,
    });
    const ends = new Date(begins.getTime() + overlapHours * SECONDS_PER_HOUR * 1_000);
    write(`realm ${env.TURN_REALM}: a new secret issues from ${begins.toISOString()} on`);
    write(`those before it open a relay until ${ends.toISOString()}`);
  } finally {
    await database.close();
  }
}

function wholeHours(text: string): number {
  if (!/^\d{1,4}$/.test(text)) throw new UsageError("--overlap must be a whole number of hours from 0 to 9999");
  return Number(text);
}

function instant(text: string): Date {
  const date = new Date(text);
  const isComplete = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})$/.test(text);
  if (!isComplete || Number.isNaN(date.getTime()))
    throw new UsageError("--at must be a time with its zone, such as 2026-12-01T03:00:00Z");
  if (date.getTime() < Date.now()) throw new UsageError("--at must not be in the past");
  return date;
}
