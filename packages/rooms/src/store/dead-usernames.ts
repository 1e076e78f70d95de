import { isCanary } from "../canary.ts";
import { toStoredUsername } from "../turn-credential.ts";
import type { Database } from "./database.ts";

/**
 * Which of these usernames must not have a relay session any more: unknown, revoked, suspended, or a player's that expired
 * more than 60 s ago. Answers them as they were given, so also in the form of TURN_MODE=rest; test allocations never are.
 */
export async function deadUsernames({ sql }: Database, usernames: readonly string[]): Promise<string[]> {
  const stored = usernames.map(toStoredUsername);
  const wanted = [...new Set(stored)].filter((username) => !isCanary(username));
  if (wanted.length === 0) return [];
  const rows = await sql<{ username: string }[]>`
    select w.username from unnest(${wanted}::text[]) as w (username)
      left join turn_credentials c on c.username = w.username
     where c.username is null or c.revoked_at is not null or c.suspended_at is not null
        or (c.player_id is not null and c.expires_at < clock_timestamp() - interval '60 seconds')`;
  const dead = new Set(rows.map(({ username }) => username));
  return usernames.filter((_username, index) => dead.has(stored[index] ?? ""));
}
