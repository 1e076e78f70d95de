import { setTimeout as delay } from "node:timers/promises";
import postgres from "postgres";
import { randomBase36 } from "../../ids.ts";

const WITHIN_MS = 3_000;
const ANSWER_SECONDS = 5;

/**
 * Whether a session at `url` hears a NOTIFY of another one, as hosts and turn-agents must. Behind a pooler that gives sessions
 * to transactions none does. Rejects when it cannot connect.
 */
export async function hearsNotifications(url: string): Promise<boolean> {
  const channel = `roombridge_doctor_${randomBase36(12)}`;
  const sql = postgres(url, {
    max: 1,
    connect_timeout: 5,
    answer_timeout: ANSWER_SECONDS,
    connection: { application_name: "roombridge doctor" },
    onnotice: () => {},
  });
  const over = new AbortController();
  const heard = Promise.withResolvers<true>();
  try {
    await sql.listen(channel, () => heard.resolve(true));
    await sql.notify(channel, "");
    return await Promise.race([heard.promise, delay(WITHIN_MS, false, { signal: over.signal })]);
  } finally {
    over.abort();
    await sql.end({ timeout: 1 });
  }
}
