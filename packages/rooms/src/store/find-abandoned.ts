import type { Database } from "./database.ts";

/** A process and the host that is said to have started it. */
export interface HeldProcess {
  readonly processId: string;
  readonly hostId: string;
}

/**
 * Of these processes those that have ended here and whose host is dead: nobody looks after what is left of them. None that the
 * database does not know: it may be somebody else's. A host that has retired, and may still be stopping them, has 30 s for it.
 */
export async function findAbandoned<Held extends HeldProcess>(
  { sql }: Database,
  held: readonly Held[],
): Promise<Held[]> {
  const rows = await sql<{ n: number }[]>`
    select held.n::integer as n
      from unnest(${held.map(({ processId }) => processId)}::uuid[], ${held.map(({ hostId }) => hostId)}::text[])
           with ordinality as held (process_id, host_id, n)
      join processes p on p.process_id = held.process_id and p.host_id = held.host_id
      left join hosts h on h.host_id = p.host_id
     where p.terminated_at is not null and not coalesce(host_is_alive(h.beat_at), false)
       and (h.beat_at <> '-infinity' or p.terminated_at < clock_timestamp() - interval '30 seconds')
     order by held.n`;
  return rows.flatMap(({ n }) => held[n - 1] ?? []);
}
