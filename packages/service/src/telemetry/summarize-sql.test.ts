import { expect, test } from "vitest";
import { summarize } from "./summarize-sql.ts";

test.each([
  ["select 1", "SELECT"],
  ["select room_key from create_rooms($1, $2)", "SELECT create_rooms"],
  ["select report_running($1) as done", "SELECT report_running"],
  ["select pg_notify('x', region) from asked", "SELECT pg_notify"],
  [
    "with claimed as (update processes set a = 1 where id = any (array(select id from q for update skip locked)) returning *) select 1 from claimed",
    "UPDATE processes",
  ],
  ["insert into hosts (a) values ($1) on conflict (a) do update set a = 1", "INSERT hosts"],
  ["select count(*)::integer as rooms from room_allocations where x", "SELECT room_allocations"],
  ["select coalesce(a, 0) from (select a from rooms) r", "SELECT rooms"],
  ["delete from rooms where room_key = any ($1)", "DELETE rooms"],
  ['select "a" from "org_tokens"', "SELECT org_tokens"],
  ["\n    update hosts set beat_at = $1", "UPDATE hosts"],
  ["begin", "BEGIN"],
])("%s is summarized as %s", (text, summary) => {
  expect(summarize(text)).toBe(summary);
});
