import postgres from "postgres";
import { answerTimeoutSeconds } from "./database.ts";

/** The one holder of the housekeeping among all hosts. */
export const HOUSEKEEPING_LOCK = 7_301_002;

export interface HousekeepingLock {
  /** True while this process holds the lock; takes it when it is free. */
  tryHold(): Promise<boolean>;
  close(): Promise<void>;
}

/**
 * A session advisory lock on a connection of its own, so that a crashed holder frees it by dying, and one whose machine or
 * network is gone within half a minute. `url` must reach the server itself (no transaction pooler).
 */
export function openHousekeepingLock(url: string): HousekeepingLock {
  const sql = postgres(url, {
    max: 1,
    connect_timeout: 5,
    answer_timeout: answerTimeoutSeconds(),
    idle_timeout: 0,
    max_lifetime: null,
    connection: {
      application_name: "roombridge housekeeping",
      // The server asks whether we are there: by default it would wait two hours.
      tcp_keepalives_idle: 10,
      tcp_keepalives_interval: 5,
      tcp_keepalives_count: 3,
    },
    onnotice: () => {},
  });
  return {
    async tryHold() {
      const [row] = await sql<{ held: boolean }[]>`
        select case
          when exists (select from pg_locks where locktype = 'advisory' and pid = pg_backend_pid() and granted
                        and classid = 0 and objid = ${HOUSEKEEPING_LOCK}) then true
          else pg_try_advisory_lock(${HOUSEKEEPING_LOCK}) end as held`;
      return row?.held ?? false;
    },
    close: () => sql.end({ timeout: 1 }),
  };
}
