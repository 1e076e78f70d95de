import type { Database } from "./database.ts";

export type CredentialState = "live" | "suspended" | "expired" | "revoked";

/** Relay sessions summed up. */
export interface RelayUsage {
  /** Running now. */
  readonly sessions: number;
  /** Of all sessions, running or ended. */
  readonly seconds: number;
  /** What relays have received from clients and sent to them. */
  readonly receivedBytes: number;
  readonly sentBytes: number;
}

/** A credential as it may be shown; what opens a relay is not in it. */
export interface ListedCredential extends RelayUsage {
  readonly username: string;
  /** Null for the room's own. */
  readonly playerId: string | null;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
  readonly state: CredentialState;
}

/** Sums over sessions `s` of servers `t`, as `RelayUsage`. */
const USAGE = `
  (count(*) filter (where s.ended_at is null and turn_server_is_seen(t.seen_at)))::integer as sessions,
  coalesce(sum(extract(epoch from coalesce(s.ended_at, s.seen_at) - s.started_at)), 0)::double precision as seconds,
  coalesce(sum(s.received_bytes), 0)::double precision as "receivedBytes",
  coalesce(sum(s.sent_bytes), 0)::double precision as "sentBytes"`;

/** The credentials of a room, newest first. */
export async function listRoomCredentialsOf(
  { sql }: Database,
  roomKey: string,
  limit: number,
): Promise<ListedCredential[]> {
  return sql<ListedCredential[]>`
    with used as (
      select s.username, ${sql.unsafe(USAGE)}
        from turn_sessions s left join turn_servers t on t.server_id = s.server_id
       where s.room_key = ${roomKey} group by s.username
    )
    select c.username, c.player_id as "playerId", c.issued_at as "issuedAt", c.expires_at as "expiresAt",
           case when c.revoked_at is not null then 'revoked' when c.expires_at <= clock_timestamp() then 'expired'
                when c.suspended_at is not null then 'suspended' else 'live' end as state,
           coalesce(u.sessions, 0) as sessions, coalesce(u.seconds, 0) as seconds,
           coalesce(u."receivedBytes", 0) as "receivedBytes", coalesce(u."sentBytes", 0) as "sentBytes"
      from turn_credentials c left join used u on u.username = c.username
     where c.room_key = ${roomKey}
     order by c.issued_at desc, c.username
     limit ${limit}`;
}

/** All that was ever relayed for a room, also under credentials that have been forgotten since. */
export async function sumRoomUsage({ sql }: Database, roomKey: string): Promise<RelayUsage> {
  const [row] = await sql<RelayUsage[]>`
    select ${sql.unsafe(USAGE)} from turn_sessions s left join turn_servers t on t.server_id = s.server_id
     where s.room_key = ${roomKey}`;
  if (!row) throw new Error("a sum is one row");
  return row;
}
