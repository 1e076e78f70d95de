import type { Database } from "../database.ts";

/** How the server is set, as a session of the apps finds it. */
export interface ServerFacts {
  readonly version: string;
  /** Such as 150018 for 15.18. */
  readonly versionNumber: number;
  /** A standby: it takes no writes. */
  readonly isReplica: boolean;
  /** Of fsync, full_page_writes and synchronous_commit, those that are off. */
  readonly durabilityOff: readonly string[];
  /** Sessions of clients, of this and other databases. */
  readonly connections: number;
  /** What ordinary roles may open. */
  readonly maxConnections: number;
  readonly statementTimeoutMs: number;
  /** 0: none. */
  readonly lockTimeoutMs: number;
  readonly isolation: string;
  /** Transactions since this database was last frozen; the server stops itself before 2^31. */
  readonly frozenAge: number;
}

export async function readServerFacts({ sql }: Database): Promise<ServerFacts> {
  const [row] = await sql<ServerFacts[]>`
    select current_setting('server_version') as version, current_setting('server_version_num')::integer as "versionNumber",
           pg_is_in_recovery() as "isReplica",
           array(select name from pg_settings where setting = 'off'
                  and name in ('fsync', 'full_page_writes', 'synchronous_commit') order by name) as "durabilityOff",
           (select count(*)::integer from pg_stat_activity where backend_type = 'client backend') as connections,
           current_setting('max_connections')::integer - current_setting('superuser_reserved_connections')::integer
             as "maxConnections",
           (select setting::integer from pg_settings where name = 'statement_timeout') as "statementTimeoutMs",
           (select setting::integer from pg_settings where name = 'lock_timeout') as "lockTimeoutMs",
           current_setting('transaction_isolation') as isolation,
           (select age(datfrozenxid)::integer from pg_database where datname = current_database()) as "frozenAge"`;
  if (!row) throw new Error("the server tells nothing of itself");
  return row;
}
