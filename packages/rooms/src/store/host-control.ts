import type { Database } from "./database.ts";

/** Where a host can be asked about its processes, and the secret that signs the question (`signControl`). */
export interface HostControl {
  readonly url: string;
  readonly secret: string;
}

/** What a host has to offer besides processes. */
export interface HostOffer {
  readonly hostId: string;
  readonly incarnation: string;
  readonly control: HostControl;
  /** It has a certificate for TLS ports. */
  readonly terminatesTls: boolean;
  /** Where it answers pings, on its public host; absent: nowhere. */
  readonly pingPort?: number | undefined;
}

/** From now on gateways ask the host there. Does nothing for an incarnation that has a successor. */
export async function announceHost({ sql }: Database, host: HostOffer): Promise<void> {
  const { hostId, incarnation, control, terminatesTls, pingPort = null } = host;
  await sql`
    update hosts set control_url = ${control.url}, control_secret = ${control.secret}, terminates_tls = ${terminatesTls},
           ping_port = ${pingPort}
     where host_id = ${hostId} and incarnation = ${incarnation}`;
}

export interface ProcessHostRow {
  readonly processId: string;
  /** Null while no host has taken the process. */
  readonly provider: string | null;
  readonly controlUrl: string | null;
  readonly controlSecret: string | null;
  readonly hasBegun: boolean;
  readonly hasEnded: boolean;
}

/** The host of a process of this application; of an ended one for 72 h. Undefined when there is no such process. */
export async function findProcessHost(
  { sql }: Database,
  appId: string,
  processId: string,
): Promise<ProcessHostRow | undefined> {
  const [row] = await sql<ProcessHostRow[]>`
    select p.process_id as "processId", h.provider, h.control_url as "controlUrl", h.control_secret as "controlSecret",
           p.booted_at is not null or p.started_at is not null as "hasBegun", p.terminated_at is not null as "hasEnded"
      from processes p left join hosts h on h.host_id = p.host_id
     where p.process_id = ${processId} and p.app_id = ${appId}`;
  return row;
}
