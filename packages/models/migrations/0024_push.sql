-- What those read who are told of events: whole payloads, how far back events are known, and what is sent to webhooks. Lock
-- order: the webhook, then its deliveries; neither is locked by anything that a room does.

-- An event says where it happened, whoever inserted it. The hot ones come complete. A room that has left its process is said
-- to be on the one that it left.
create function complete_event() returns trigger language plpgsql as $$
declare
  v_region text;
  v_process_id uuid;
begin
  if new.room_key is null then
    if new.payload->>'processId' is null then
      return new;
    end if;
    select p.region into v_region from processes p where p.process_id = (new.payload->>'processId')::uuid;
    new.payload := jsonb_build_object('region', v_region) || new.payload;
    return new;
  end if;
  select r.region into v_region from rooms r where r.room_key = new.room_key;
  select a.process_id into v_process_id from room_allocations a
   where a.room_key = new.room_key order by a.scheduled_at desc limit 1;
  new.payload := jsonb_build_object('region', v_region, 'processId', v_process_id) || new.payload;
  return new;
end $$;
--> statement-breakpoint

create trigger complete_event before insert on room_events
  for each row when (not new.payload ? 'region') execute function complete_event();
--> statement-breakpoint

-- Whoever goes on from an event before this one may have missed some.
create function move_event_horizon() returns trigger language plpgsql as $$
begin
  insert into event_horizon as h (xid, id)
  select g.xid, g.id from gone g order by g.xid desc, g.id desc limit 1
  on conflict (is_only) do update set xid = excluded.xid, id = excluded.id
   where (excluded.xid, excluded.id) > (h.xid, h.id);
  return null;
end $$;
--> statement-breakpoint

create trigger move_event_horizon after delete on room_events
  referencing old table as gone for each statement execute function move_event_horizon();
--> statement-breakpoint

-- Writes down for each webhook what has happened since it was last asked; only events that nobody can come before any more,
-- at most p_limit for each. The first of a lane is due at once, the others when their predecessor has ended. True: there is more.
-- A webhook that somebody else is busy with is left out. One call looks at 50,000 transactions for each.
create function enqueue_webhook_events(p_limit integer) returns boolean language plpgsql as $$
declare
  v_webhook webhooks%rowtype;
  v_xmin xid8;
  v_end xid8;
  v_found bigint;
  v_last_xid xid8;
  v_last_id bigint;
  v_has_more boolean := false;
begin
  for v_webhook in select * from webhooks where disabled_at is null order by webhook_id for update skip locked loop
    v_end := (v_webhook.position_xid::text::numeric + 50000)::text::xid8;
    with now_at as materialized (
      select least(pg_snapshot_xmin(pg_current_snapshot())::text::numeric, v_end::text::numeric)::text::xid8 as xmin
    ), found as materialized (
      select e.*, coalesce(e.room_key, e.payload->>'processId', '') as lane from room_events e, now_at
       where (e.xid, e.id) > (v_webhook.position_xid, v_webhook.position_id) and e.xid < now_at.xmin
         and e.app_id = v_webhook.app_id
       order by e.xid, e.id limit p_limit
    ), wanted as (
      select f.*, row_number() over (partition by f.lane order by f.xid, f.id) as place from found f
       where v_webhook.types is null or f.type = any (v_webhook.types)
    ), added as (
      insert into webhook_deliveries (webhook_id, xid, id, lane, type, payload, created_at, due_at)
      select v_webhook.webhook_id, w.xid, w.id, w.lane, w.type, w.payload, w.created_at,
             case when w.place = 1 and not exists (
               select from webhook_deliveries d
                where d.webhook_id = v_webhook.webhook_id and d.lane = w.lane and d.state = 'pending') then clock_timestamp() end
        from wanted w
      on conflict do nothing
    )
    select now_at.xmin, (select count(*) from found), l.xid, l.id into v_xmin, v_found, v_last_xid, v_last_id
      from now_at left join lateral (select f.xid, f.id from found f order by f.xid desc, f.id desc limit 1) l on true;
    if v_found >= p_limit then
      update webhooks set position_xid = v_last_xid, position_id = v_last_id where webhook_id = v_webhook.webhook_id;
      v_has_more := true;
    elsif v_xmin > v_webhook.position_xid
          and (v_found > 0 or v_xmin::text::numeric - v_webhook.position_xid::text::numeric > 10000) then
      -- Not each time: what has happened elsewhere costs nothing to pass over again.
      update webhooks set position_xid = v_xmin, position_id = 0 where webhook_id = v_webhook.webhook_id;
      v_has_more := v_has_more or v_xmin = v_end;
    end if;
  end loop;
  return v_has_more;
end $$;
--> statement-breakpoint

-- Writes down how attempts ended, one element of the arrays for each. What failed is due again after its delay, or is given up
-- when the event is older than p_patience; what has ended makes room for the next of its lane. A success after a longer
-- failure makes due at once what waits for another attempt. After a failure nothing is sent for p_pause_seconds. The webhook is
-- disabled when it has failed for p_patience, or p_is_gone: the answer is then why, else null.
create function record_webhook_attempts(
  p_webhook_id text, p_xids xid8[], p_ids bigint[], p_are_delivered boolean[], p_statuses integer[], p_errors text[],
  p_delays_seconds double precision[], p_pause_seconds double precision, p_patience interval, p_is_gone boolean
) returns text language plpgsql as $$
declare
  v_webhook webhooks%rowtype;
  v_now timestamptz;
  v_failing_since timestamptz;
  v_reason text;
begin
  select * into v_webhook from webhooks where webhook_id = p_webhook_id for update;
  if not found then
    return null;
  end if;
  v_now := clock_timestamp();
  with attempt as (
    select * from unnest(p_xids, p_ids, p_are_delivered, p_statuses, p_errors, p_delays_seconds)
      as a (xid, id, is_delivered, status, error, delay_seconds)
  ), recorded as (
    select a.*, case when a.is_delivered then 'delivered' when d.created_at < v_now - p_patience then 'given_up' else 'pending' end as state
      from attempt a join webhook_deliveries d on d.webhook_id = p_webhook_id and d.xid = a.xid and d.id = a.id
  )
  update webhook_deliveries d set
      state = r.state, attempts = d.attempts + 1, last_attempt_at = v_now, last_status = r.status, last_error = r.error,
      claimed_until = null, ended_at = case when r.state <> 'pending' then v_now end,
      due_at = case when r.state = 'pending' then v_now + make_interval(secs => r.delay_seconds) end
    from recorded r
   where d.webhook_id = p_webhook_id and d.xid = r.xid and d.id = r.id and d.state = 'pending';

  update webhook_deliveries d set due_at = v_now
    from (
      select n.xid, n.id from (
        select distinct e.lane from unnest(p_xids, p_ids) as a (xid, id)
          join webhook_deliveries e on e.webhook_id = p_webhook_id and e.xid = a.xid and e.id = a.id and e.state <> 'pending'
      ) ended cross join lateral (
        select o.xid, o.id from webhook_deliveries o
         where o.webhook_id = p_webhook_id and o.lane = ended.lane and o.state = 'pending' order by o.xid, o.id limit 1
      ) n
    ) next
   where d.webhook_id = p_webhook_id and d.xid = next.xid and d.id = next.id and d.due_at is null;

  if true = any (p_are_delivered) then
    if v_webhook.failing_since < v_now - interval '30 seconds' then
      update webhook_deliveries d set due_at = v_now where d.webhook_id = p_webhook_id and d.due_at > v_now;
    end if;
    update webhooks set failing_since = null, failures = 0, retry_at = null
     where webhook_id = p_webhook_id and failing_since is not null;
    return null;
  end if;
  v_failing_since := coalesce(v_webhook.failing_since, v_now);
  if p_is_gone then
    v_reason := 'gone';
  elsif v_failing_since <= v_now - p_patience then
    v_reason := 'failing';
  end if;
  update webhooks set failing_since = v_failing_since, failures = failures + 1,
         retry_at = v_now + make_interval(secs => p_pause_seconds),
         disabled_at = coalesce(disabled_at, case when v_reason is not null then v_now end),
         disabled_reason = coalesce(disabled_reason, v_reason)
   where webhook_id = p_webhook_id;
  return v_reason;
end $$;
--> statement-breakpoint

-- Has a webhook told again of everything since p_since that is still known, in its order.
create function replay_webhook(p_webhook_id text, p_since timestamptz) returns void language plpgsql as $$
declare
  v_xid xid8;
begin
  perform 1 from webhooks where webhook_id = p_webhook_id for update;
  -- Of transactions that ran side by side the one with the lower number may have written later.
  select min(e.xid::text::numeric)::text::xid8 into v_xid from (
    select r.xid from room_events r where r.created_at >= p_since order by r.created_at limit 1000
  ) e;
  if v_xid is null then
    return;
  end if;
  delete from webhook_deliveries d where d.webhook_id = p_webhook_id and (d.xid, d.id) > (v_xid, 0);
  -- Never forward: what has not been enqueued yet would be left out.
  update webhooks set position_xid = v_xid, position_id = 0
   where webhook_id = p_webhook_id and (position_xid, position_id) > (v_xid, 0);
end $$;
