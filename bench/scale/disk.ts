import type { Database } from "@roombridge/rooms";

/** Bytes of a table or of one of its indexes. */
export interface OnDisk {
  readonly name: string;
  readonly table: string;
  readonly bytes: number;
}

const TABLES = ["rooms", "room_allocations", "turn_credentials", "room_events", "processes"];

/** The tables that rooms live in, each followed by its indexes. */
export async function measureDisk({ sql }: Database): Promise<readonly OnDisk[]> {
  return sql<OnDisk[]>`
    select c.relname as name, c.relname as table, pg_table_size(c.oid)::float8 as bytes, 0 as rank
      from pg_class c where c.oid = any (${TABLES}::text[]::regclass[])
    union all
    select i.relname, c.relname, pg_relation_size(i.oid)::float8, 1
      from pg_index x join pg_class c on c.oid = x.indrelid join pg_class i on i.oid = x.indexrelid
     where c.oid = any (${TABLES}::text[]::regclass[])
     order by "table", rank, name`;
}
