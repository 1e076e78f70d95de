import { type Database, deadUsernames } from "@roombridge/rooms";
import { listSessions, listUsers, listUserSessions } from "./cli/cli-commands.ts";
import type { CliConnection } from "./cli/cli-connection.ts";
import type { RelaySession } from "./cli/session-listing.ts";
import { cutDeadSessions } from "./cut-dead-sessions.ts";

export interface Reconciliation {
  /** Running sessions that were found, the cut ones among them. */
  readonly sessions: number;
  readonly cut: readonly RelaySession[];
}

/** Users whose sessions are listed before the database is asked once more. */
const BATCH = 100;

/** Compares all sessions with the tables and cuts those that must not be: whatever no notification told. */
export async function reconcile(connection: CliConnection, database: Database): Promise<Reconciliation> {
  const users = await listUsers(connection);
  const suspects = await deadUsernames(database, [...users.keys()]);
  const cut: RelaySession[] = [];
  for (let from = 0; from < suspects.length; from += BATCH) {
    const sessions: RelaySession[] = [];
    for (const username of suspects.slice(from, from + BATCH)) {
      sessions.push(...(await listUserSessions(connection, username)));
    }
    // Asks again: a suspended room may have been resumed meanwhile, and its player may be back.
    cut.push(...(await cutDeadSessions(connection, database, sessions)));
  }
  return { sessions: [...users.values()].reduce((sum, count) => sum + count, 0), cut };
}

/** Cuts the dead sessions of one room. */
export async function cutRoom(
  connection: CliConnection,
  database: Database,
  roomKey: string,
): Promise<readonly RelaySession[]> {
  const { sessions, isTruncated } = await listSessions(connection, `${roomKey}.`);
  if (isTruncated) return (await reconcile(connection, database)).cut;
  const own = sessions.filter(({ username }) => isOfRoom(username, roomKey));
  return cutDeadSessions(connection, database, own);
}

/** `<room_key>.…`, with `<epoch>:` before it in TURN_MODE=rest; a longer room key may end in the same letters. */
function isOfRoom(username: string, roomKey: string): boolean {
  return username.replace(/^\d+:/, "").startsWith(`${roomKey}.`);
}
