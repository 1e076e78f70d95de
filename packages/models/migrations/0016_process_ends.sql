-- Whether starting ahead is of no use at the moment: five processes of the pool have ended by themselves, or for their
-- memory, in the last minute and never had a room.
create or replace function is_warming_in_vain(p_pool_id bigint) returns boolean language sql stable as $$
  select count(*) >= 5 from (
    select from processes p
     where p.pool_id = p_pool_id and p.terminated_at > statement_timestamp() - interval '60 seconds'
       and p.stop_reason in ('exited', 'out_of_memory')
       and not exists (select from room_allocations a where a.process_id = p.process_id)
     limit 5) e
$$;
