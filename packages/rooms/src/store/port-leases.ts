import type { Database } from "./database.ts";

/**
 * Promises `names.length` ports of a host to a process: the lowest free ones of the range that are not in `except`.
 * Undefined when the range has not enough of them. Leases end with the process: throws when it has ended already.
 */
export async function leasePorts(
  { sql }: Database,
  wanted: {
    readonly hostId: string;
    readonly processId: string;
    readonly names: readonly string[];
    readonly range: { readonly min: number; readonly max: number };
    /** Ports found taken by others. */
    readonly except: readonly number[];
  },
): Promise<ReadonlyMap<string, number> | undefined> {
  return sql.begin(async (tx) => {
    const [open] = await tx`
      select from processes where process_id = ${wanted.processId} and terminated_at is null for key share`;
    if (!open) throw new Error(`process ${wanted.processId} has ended and gets no ports`);
    await tx`select pg_advisory_xact_lock(3, hashtext(${wanted.hostId}))`;
    await tx`delete from port_leases where process_id = ${wanted.processId}`;
    const rows = await tx<{ name: string; port: number }[]>`
      with free as (
        select port, row_number() over (order by port) as n
          from (
            select port from generate_series(${wanted.range.min}::integer, ${wanted.range.max}::integer) port
             where not port = any (${wanted.except as number[]}::integer[])
               and not exists (select from port_leases l where l.host_id = ${wanted.hostId} and l.port = port.port)
             order by port limit ${wanted.names.length}
          ) candidates
      )
      insert into port_leases (host_id, port, process_id, name)
      select ${wanted.hostId}, free.port, ${wanted.processId}, names.name
        from unnest(${wanted.names as string[]}::text[]) with ordinality as names (name, n) join free on free.n = names.n
       where (select count(*) from free) = ${wanted.names.length}
      returning name, port`;
    return rows.length === wanted.names.length ? new Map(rows.map((row) => [row.name, row.port])) : undefined;
  });
}
