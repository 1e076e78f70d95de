import type postgres from "postgres";
import type { Database } from "./database.ts";

/**
 * Events bear the number of their transaction, which only its own server knows. In a database that was restored from a dump into
 * another server they may be numbers that this one reaches years later, and nobody would be told of anything until then. Gives
 * such events a number of this server and new ids, in their old order, before what has happened since; likewise
 * where webhooks have got to, what waits for delivery, and the horizon. Answers how many events; undefined when none is ahead.
 */
export async function renumberEvents({ sql }: Database): Promise<number | undefined> {
  return sql.begin(async (tx) => {
    await tx`set local lock_timeout = '5s'`;
    await tx`lock table webhooks, webhook_deliveries, room_events, event_horizon in exclusive mode`;
    // The number under which all of it goes on; whatever is as great was not given by this server.
    const [now] = await tx<{ xid: string }[]>`select pg_current_xact_id()::text as xid`;
    const xid = now?.xid ?? "0";
    if (!(await isAnythingAhead(tx, xid))) return undefined;
    const first = await drawIds(tx, xid);
    await moveDeliveries(tx, xid);
    await movePositions(tx, xid, first);
    const count = await moveEvents(tx, xid);
    await tx`
      insert into event_horizon (xid, id) values (${xid}::xid8, ${first})
      on conflict (is_only) do update set xid = excluded.xid, id = excluded.id`;
    return count;
  });
}

async function isAnythingAhead(tx: postgres.TransactionSql, xid: string): Promise<boolean> {
  const rows = await tx`
    select from (
      (select e.xid from room_events e order by e.xid desc limit 1) union all
      (select w.position_xid from webhooks w) union all
      (select d.xid from webhook_deliveries d) union all
      (select h.xid from event_horizon h)
    ) as used (xid) where used.xid >= ${xid}::xid8 limit 1`;
  return rows.length > 0;
}

/** Pairs of old and new in `renumbered`. Answers an id before all new ones. */
async function drawIds(tx: postgres.TransactionSql, xid: string): Promise<number> {
  const [row] = await tx<{ id: string }[]>`select nextval(pg_get_serial_sequence('room_events', 'id')) as id`;
  await tx`
    create temporary table renumbered on commit drop as
    select o.xid, o.id, o.is_ahead, nextval(pg_get_serial_sequence('room_events', 'id')) as new_id from (
      select u.xid, u.id, u.xid >= ${xid}::xid8 as is_ahead from (
        select e.xid, e.id, e.created_at from room_events e union
        select d.xid, d.id, d.created_at from webhook_deliveries d
      ) u
       where u.xid >= ${xid}::xid8
          or u.created_at > (select max(e.created_at) from room_events e where e.xid >= ${xid}::xid8)
       order by u.xid < ${xid}::xid8, u.xid, u.id
    ) o`;
  return Number(row?.id ?? 0);
}

async function moveDeliveries(tx: postgres.TransactionSql, xid: string): Promise<void> {
  await tx`
    update webhook_deliveries d set xid = ${xid}::xid8, id = r.new_id from renumbered r where d.xid = r.xid and d.id = r.id`;
}

/** A webhook goes on where it was: what it has not had yet comes after it still. */
async function movePositions(tx: postgres.TransactionSql, xid: string, first: number): Promise<void> {
  await tx`
    update webhooks w set position_xid = ${xid}::xid8,
           position_id = coalesce((select max(r.new_id) from renumbered r
                                    where r.is_ahead and (r.xid, r.id) <= (w.position_xid, w.position_id)), ${first})
     where w.position_xid >= ${xid}::xid8`;
}

/** An id that is always generated can only be changed by inserting its row again. */
async function moveEvents(tx: postgres.TransactionSql, xid: string): Promise<number> {
  await tx`
    create temporary table moved on commit drop as
    select e.*, r.new_id from room_events e join renumbered r on r.xid = e.xid and r.id = e.id`;
  await tx`delete from room_events e using moved m where e.id = m.id`;
  const { count } = await tx`
    insert into room_events (xid, id, app_id, room_key, type, payload, created_at) overriding system value
    select ${xid}::xid8, m.new_id, m.app_id, m.room_key, m.type, m.payload, m.created_at from moved m order by m.new_id`;
  return count;
}
