import type { Database } from "../database.ts";

export interface RelayFacts {
  readonly serverId: string;
  readonly realm: string;
  readonly version: string | null;
  readonly sessions: number;
  readonly isDraining: boolean;
  readonly isHealthy: boolean;
  /** It said good-bye. */
  readonly isRetired: boolean;
  /** Since its agent was last heard of; 0 when it is retired. */
  readonly silentSeconds: number;
}

/** Every relay that has reported within 72 h. */
export async function readRelayFacts({ sql }: Database): Promise<RelayFacts[]> {
  return sql<RelayFacts[]>`
    select server_id as "serverId", realm, version, sessions, draining as "isDraining", healthy as "isHealthy",
           seen_at = '-infinity' as "isRetired",
           case when isfinite(seen_at) then extract(epoch from clock_timestamp() - seen_at)::float8 else 0 end as "silentSeconds"
      from turn_servers order by server_id`;
}

/** Live credentials by the id of the key (`TURN_CREDENTIAL_KEYS`) that made them. */
export async function countCredentialsByKey({ sql }: Database): Promise<ReadonlyMap<string, number>> {
  // From the rooms that live, one by one (offset 0): without it every credential of the history would be read.
  const rows = await sql<{ keyVersion: string; count: number }[]>`
    select c.key_version as "keyVersion", count(*)::integer as count
      from rooms r
     cross join lateral (
       select key_version from turn_credentials
        where room_key = r.room_key and revoked_at is null and expires_at > clock_timestamp() offset 0
     ) c
     where r.destroyed_at is null group by c.key_version order by c.key_version`;
  return new Map(rows.map(({ keyVersion, count }) => [keyVersion, count]));
}
