import type { Database } from "@roombridge/rooms";

/** Deletes every row, so that a test sees nothing but what it arranges. */
export async function clearDatabase({ sql }: Database): Promise<void> {
  await sql`
    with a as (delete from room_allocations), b as (delete from rooms), c as (delete from processes),
         d as (delete from room_events), e as (delete from pools), f as (delete from hosts),
         g as (delete from deployments), h as (delete from builds), i as (delete from applications),
         j as (delete from org_tokens), k as (delete from organizations), l as (delete from turn_sessions),
         m as (delete from turn_servers), n as (delete from turn_secrets), o as (delete from lobbies)
    select`;
}
