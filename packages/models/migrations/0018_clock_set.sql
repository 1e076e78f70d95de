-- A beat from the future was written before somebody set the clock back: its host may be long gone, and whoever lives beats
-- again within two seconds. Infinity is a lease without an end.
create or replace function host_is_alive(p_beat_at timestamptz) returns boolean language sql volatile as $$
  select p_beat_at > clock_timestamp() - interval '6 seconds'
     and (p_beat_at < clock_timestamp() + interval '6 seconds' or p_beat_at = 'infinity')
$$;
