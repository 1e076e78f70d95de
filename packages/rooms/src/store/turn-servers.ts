import type { Region } from "@roombridge/models/api";
import type { Relay } from "../choose-uris.ts";
import type { Database } from "./database.ts";

/** What the agent beside a relay tells of it, every few seconds. */
export interface TurnServerBeat {
  readonly serverId: string;
  /** Empty: every region. */
  readonly regions: readonly Region[];
  /** Under which clients reach it, `turn:` and `turns:` (RFC 7065). */
  readonly uris: readonly string[];
  readonly realm: string;
  readonly version: string | null;
  /** Running relay sessions. */
  readonly sessions: number;
  /** It takes no new clients; those that it has stay. */
  readonly isDraining: boolean;
  /** The last test allocation went well. */
  readonly isHealthy: boolean;
  readonly canaryMs: number | null;
}

/** Says that a relay is there. It is handed out to clients while it is healthy, not draining, and was seen within 15 s. */
export async function beatTurnServer({ sql }: Database, beat: TurnServerBeat): Promise<void> {
  await sql`
    insert into turn_servers as t (server_id, regions, uris, realm, version, sessions, draining, healthy, canary_ms)
    values (${beat.serverId}, ${beat.regions as Region[]}::text[], ${beat.uris as string[]}::text[], ${beat.realm},
            ${beat.version}, ${beat.sessions}, ${beat.isDraining}, ${beat.isHealthy}, ${beat.canaryMs})
    on conflict (server_id) do update set
      regions = excluded.regions, uris = excluded.uris, realm = excluded.realm, version = excluded.version,
      sessions = excluded.sessions, draining = excluded.draining, healthy = excluded.healthy, canary_ms = excluded.canary_ms,
      started_at = case when t.seen_at > clock_timestamp() - interval '15 seconds' then t.started_at else clock_timestamp() end,
      seen_at = clock_timestamp()`;
}

/** From now on no client is sent there, and its test credential opens nothing; the next beat brings it back. */
export async function retireTurnServer({ sql }: Database, serverId: string): Promise<void> {
  await sql`
    update turn_servers set seen_at = '-infinity', healthy = false, sessions = 0, canary_username = null,
           canary_hmackey = null, canary_expires_at = null
     where server_id = ${serverId}`;
}

export interface CanaryCredential {
  readonly serverId: string;
  readonly username: string;
  /** md5(username:realm:password); the password stays with the agent. */
  readonly hmackey: string;
  readonly ttlSeconds: number;
}

/** Replaces the credential of the test allocation. False when the server has never beaten. */
export async function setCanaryCredential({ sql }: Database, canary: CanaryCredential): Promise<boolean> {
  const { count } = await sql`
    update turn_servers set canary_username = ${canary.username}, canary_hmackey = ${canary.hmackey},
           canary_expires_at = clock_timestamp() + make_interval(secs => ${canary.ttlSeconds}::integer)
     where server_id = ${canary.serverId}`;
  return count === 1;
}

/** The relays of a realm that are healthy, not draining, and were seen within 15 s. */
export async function findUsableTurnServers({ sql }: Database, realm: string): Promise<Relay[]> {
  return sql<Relay[]>`
    select server_id as "serverId", regions, uris, sessions from turn_servers
     where realm = ${realm} and healthy and not draining and seen_at > clock_timestamp() - interval '15 seconds'`;
}
