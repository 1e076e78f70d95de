-- As before, but one look at what has happened is for all webhooks together: those to whose application nothing has happened
-- cost nothing, however many they are and however much happens elsewhere. Webhooks that are far behind (enabled again, replayed)
-- are looked at one by one, the farthest first. One call writes down at most ten times p_limit.
create or replace function enqueue_webhook_events(p_limit integer) returns boolean language plpgsql as $$
declare
  v_webhook webhooks%rowtype;
  v_now xid8 := pg_snapshot_xmin(pg_current_snapshot());
  v_near xid8;
  v_last xid8;
  v_app_ids text[];
  v_xmin xid8;
  v_end xid8;
  v_found bigint;
  v_total bigint := 0;
  v_last_xid xid8;
  v_last_id bigint;
  v_has_more boolean := false;
begin
  select greatest(v_now::text::numeric - 20000, min(w.position_xid::text::numeric))::text::xid8,
         max(w.position_xid::text::numeric)::text::xid8 into v_near, v_last
    from webhooks w where w.disabled_at is null;
  if v_last > pg_snapshot_xmax(pg_current_snapshot()) then
    -- Of another server, from which this database was restored: it would be reached in years.
    update webhooks set position_xid = v_now, position_id = 0
     where disabled_at is null and position_xid > pg_snapshot_xmax(pg_current_snapshot());
  end if;
  select coalesce(array_agg(distinct e.app_id), '{}') into v_app_ids
    from room_events e where e.xid >= v_near and e.xid < v_now;
  for v_webhook in
    select * from webhooks w
     where w.disabled_at is null and (w.app_id = any (v_app_ids) or w.position_xid < v_near)
     order by w.position_xid, w.webhook_id for update skip locked
  loop
    if v_total >= 10 * p_limit then
      return true;
    end if;
    v_end := (v_webhook.position_xid::text::numeric + 50000)::text::xid8;
    v_xmin := least(v_now, v_end);
    with found as materialized (
      select e.*, coalesce(e.room_key, e.payload->>'processId', '') as lane from room_events e
       where (e.xid, e.id) > (v_webhook.position_xid, v_webhook.position_id) and e.xid < v_xmin
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
    select (select count(*) from found), l.xid, l.id into v_found, v_last_xid, v_last_id
      from (values (1)) one left join lateral (select f.xid, f.id from found f order by f.xid desc, f.id desc limit 1) l on true;
    v_total := v_total + v_found;
    if v_found >= p_limit then
      update webhooks set position_xid = v_last_xid, position_id = v_last_id where webhook_id = v_webhook.webhook_id;
      v_has_more := true;
    elsif v_xmin > v_webhook.position_xid then
      update webhooks set position_xid = v_xmin, position_id = 0 where webhook_id = v_webhook.webhook_id;
      v_has_more := v_has_more or v_xmin < v_now;
    end if;
  end loop;
  -- Those that nothing has happened to follow now and then, together. Whoever was sent back meanwhile, by a replay, is either before
  -- v_near or has missed nothing since.
  update webhooks set position_xid = v_now, position_id = 0
   where webhook_id in (
     select w.webhook_id from webhooks w
      where w.disabled_at is null and w.position_xid >= v_near and not w.app_id = any (v_app_ids)
        and w.position_xid::text::numeric < v_now::text::numeric - 5000
      order by w.webhook_id for update skip locked);
  return v_has_more;
end $$;
