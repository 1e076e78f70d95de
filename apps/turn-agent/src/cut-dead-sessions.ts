import { type Database, deadUsernames } from "@roombridge/rooms";
import { cutSession } from "./cli/cli-commands.ts";
import type { CliConnection } from "./cli/cli-connection.ts";
import type { RelaySession } from "./cli/session-listing.ts";

/**
 * Cuts those of `sessions` whose credential must have none, and answers them. The sessions must have been listed on this
 * connection and before this call: what a resumed room begins after the database has answered is not among them. Cuts
 * nobody when the database does not answer.
 */
export async function cutDeadSessions(
  connection: CliConnection,
  database: Database,
  sessions: readonly RelaySession[],
): Promise<readonly RelaySession[]> {
  const usernames = [...new Set(sessions.map(({ username }) => username))];
  if (usernames.length === 0) return [];
  const dead = new Set(await deadUsernames(database, usernames));
  const cut = sessions.filter(({ username }) => dead.has(username));
  for (const { id } of cut) await cutSession(connection, id);
  return cut;
}
