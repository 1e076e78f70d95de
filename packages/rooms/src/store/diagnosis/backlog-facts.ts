import type { Database } from "../database.ts";
import { HOUSEKEEPING_LOCK } from "../advisory-holder.ts";

export interface BacklogFacts {
  /** A host holds the lock of the housekeeping. */
  readonly hasHolder: boolean;
  /** For how long the oldest of each kind should have been done; kinds with nothing that is due are absent. */
  readonly overdue: readonly { readonly what: string; readonly seconds: number }[];
  /** Events bear transaction ids that this server has not reached: it was restored from a dump of another one. */
  readonly eventsAreAhead: boolean;
}

export async function readBacklogFacts({ sql }: Database): Promise<BacklogFacts> {
  const [row] = await sql<Omit<BacklogFacts, "overdue">[]>`
    select exists (
             select from pg_locks l join pg_database d on d.oid = l.database
              where l.locktype = 'advisory' and l.classid = 0 and l.objid = ${HOUSEKEEPING_LOCK} and l.objsubid = 1
                and l.granted and d.datname = current_database()) as "hasHolder",
           exists (
             select from (
               (select e.xid from room_events e order by e.xid desc limit 1) union all
               (select w.position_xid from webhooks w order by w.position_xid desc limit 1) union all
               (select h.xid from event_horizon h)
             ) as used (xid) where used.xid > pg_snapshot_xmax(pg_current_snapshot())) as "eventsAreAhead"`;
  const overdue = await sql<{ what: string; seconds: number }[]>`
    select what, extract(epoch from clock_timestamp() - due)::float8 as seconds from (values
      ('rooms that have expired', (select min(expires_at) from rooms where destroyed_at is null and expires_at is not null)),
      ('tombstones', (select min(destroyed_at) + interval '24 hours' from rooms where destroyed_at is not null)),
      ('allocations that have ended', (select min(unscheduled_at) + interval '72 hours' from room_allocations
                                        where unscheduled_at is not null)),
      ('events', (select min(created_at) + interval '72 hours' from room_events))
    ) as jobs (what, due) where due < clock_timestamp() order by what`;
  return { hasHolder: row?.hasHolder ?? false, eventsAreAhead: row?.eventsAreAhead ?? false, overdue };
}
