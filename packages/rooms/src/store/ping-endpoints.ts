import type { Region } from "@roombridge/models/api";
import type { Database } from "./database.ts";

export interface PingEndpointRow {
  readonly region: Region;
  readonly host: string;
  readonly port: number;
}

/** One live host that answers pings for each region, the same at each call; one with a certificate first, for browsers. */
export async function findPingEndpoints({ sql }: Database): Promise<PingEndpointRow[]> {
  return sql<PingEndpointRow[]>`
    select distinct on (r.region) r.region, h.public_host as host, h.ping_port as port
      from hosts h cross join lateral unnest(h.regions) as r (region)
     where h.ping_port is not null and host_is_alive(h.beat_at)
     order by r.region, h.terminates_tls desc, h.host_id`;
}
