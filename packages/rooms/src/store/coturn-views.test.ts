import { expect, test } from "vitest";
import { useRooms } from "../../test/setup.ts";

const suite = useRooms();

test("among 100,000 credentials and 1,000 relays coturn finds one by two indexes, in the time of one", async () => {
  const { sql } = suite().rooms.database;
  await sql`
    insert into rooms (room_key, app_id, room_id, state, region)
    select 'k' || n, 'app', 'r' || n, 'scheduling', 'London' from generate_series(1, 1000) n`;
  await sql`
    insert into turn_credentials (username, room_key, player_id, realm, hmackey, key_version, expires_at)
    select 'k' || n % 1000 + 1 || '.' || n, 'k' || n % 1000 + 1, case when n > 1000 then 'p' end, 'roombridge', md5(n::text), 'k',
           clock_timestamp() + interval '1 hour' from generate_series(1, 100000) n`;
  await sql`
    insert into turn_servers (server_id, regions, uris, realm, canary_username, canary_hmackey, canary_expires_at)
    select n, '{}', '{}', 'roombridge', 'canary.' || n, md5(n::text), clock_timestamp() + interval '1 hour'
      from generate_series(1, 1000) n`;
  await sql`analyze turn_credentials, turn_servers`;
  for (const name of ["k78.77", "canary.77"]) {
    const query = sql`select hmackey from coturn.turnusers_lt where name = ${name} and realm = 'roombridge'`;
    expect(await query).toHaveLength(1);
  }
  // As coturn asks, with the name in the statement; with a parameter the plan is the same.
  const rows = await sql.unsafe<{ "QUERY PLAN": { readonly Plan: PlanNode }[] }[]>(
    "explain (format json) select hmackey from coturn.turnusers_lt where name = 'k78.77' and realm = 'roombridge'",
  );
  const plan = rows[0]?.["QUERY PLAN"][0]?.Plan;
  const scans = plan ? leaves(plan) : [];
  expect(scans.map((node) => [node["Node Type"], node["Index Name"]])).toEqual([
    ["Index Scan", "turn_credentials_pkey"],
    ["Index Scan", "turn_servers_canary_username_index"],
  ]);
  expect(plan?.["Total Cost"]).toBeLessThan(20);
});

interface PlanNode {
  readonly "Node Type": string;
  readonly "Index Name"?: string;
  readonly "Total Cost": number;
  readonly Plans?: readonly PlanNode[];
}

function leaves(node: PlanNode): PlanNode[] {
  return node.Plans ? node.Plans.flatMap(leaves) : [node];
}
