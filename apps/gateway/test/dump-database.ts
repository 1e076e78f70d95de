import type { Database } from "@roombridge/rooms";

/** Every row of every table as JSON, by table and in an order of its own: two dumps can be compared. */
export async function dumpDatabase({ sql }: Database): Promise<Record<string, object[]>> {
  const tables = await sql<{ name: string }[]>`
    select table_name as name from information_schema.tables
     where table_schema = 'public' and table_type = 'BASE TABLE' order by table_name`;
  const rows = tables.map(({ name }) => `select '${name}' as name, to_jsonb(t) as row from ${name} t`);
  const found = await sql.unsafe<{ name: string; row: object }[]>(
    `select name, row from (${rows.join(" union all ")}) t order by name, row::text`,
  );
  const dump: Record<string, object[]> = Object.fromEntries(tables.map(({ name }) => [name, []]));
  for (const { name, row } of found) dump[name]?.push(row);
  return dump;
}
