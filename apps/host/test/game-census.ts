import { readdir, readFile } from "node:fs/promises";
import type { Database } from "@roombridge/rooms";

/** Every process of this machine that belongs to a game server of the application, by processId; zombies are none. */
export async function gamesOf(appId: string): Promise<Map<string, number[]>> {
  const found = new Map<string, number[]>();
  for (const name of (await readdir("/proc")).filter((entry) => /^\d+$/.test(entry))) {
    // A zombie's is empty.
    const text = await readFile(`/proc/${name}/environ`, "utf8").catch(() => "");
    const env = new Map(
      text.split("\0").map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
    );
    const processId = env.get("HATHORA_PROCESS_ID");
    if (env.get("HATHORA_APP_ID") !== appId || processId === undefined) continue;
    found.set(processId, [...(found.get(processId) ?? []), Number(name)]);
  }
  return found;
}

/**
 * What is wrong between the rows and the processes that hosts have started on this machine, in sentences; none when all is
 * settled.
 */
export async function findLeaks({ sql }: Database, appId: string): Promise<string[]> {
  const rows = await sql<{ processId: string; status: string; ports: number[]; leased: number[] }[]>`
    select p.process_id as "processId", p.status,
           array(select (e ->> 'port')::integer
                   from jsonb_array_elements(jsonb_build_array(p.exposed_port) || p.additional_exposed_ports) e
                  where e <> 'null' order by 1) as ports,
           array(select l.port from port_leases l where l.process_id = p.process_id order by 1) as leased
      from processes p where p.app_id = ${appId} and p.terminated_at is null
       and not exists (select from hosts h where h.host_id = p.host_id and h.provider = 'static')`;
  const games = await gamesOf(appId);
  const strays = [...games.keys()].filter((processId) => !rows.some((row) => row.processId === processId));
  return [
    ...strays.map((processId) => `process ${processId} runs without a row`),
    ...rows.flatMap(({ processId, status, ports, leased }) => [
      ...(status === "running" ? [] : [`process ${processId} is still ${status}`]),
      ...(games.has(processId) ? [] : [`process ${processId} has a row and does not run`]),
      ...(String(ports) === String(leased)
        ? []
        : [`process ${processId} has ports ${String(ports)} and leases ${String(leased)}`]),
    ]),
  ];
}

/** The same for servers that have registered themselves and listen on these ports. */
export async function findStaticLeaks({ sql }: Database, appId: string, ports: readonly number[]): Promise<string[]> {
  const rows = await sql<{ processId: string; port: number }[]>`
    select p.process_id as "processId", (p.exposed_port ->> 'port')::integer as port
      from processes p join hosts h on h.host_id = p.host_id
     where p.app_id = ${appId} and p.terminated_at is null and h.provider = 'static'`;
  const strays = ports.filter((port) => !rows.some((row) => row.port === port));
  const answers = await Promise.all(
    rows.map(async ({ processId, port }) => {
      const status = await fetch(`http://127.0.0.1:${port}/`).then(
        async (answer): Promise<unknown> => answer.json(),
        () => undefined,
      );
      const isIt =
        typeof status === "object" && status !== null && "processId" in status && status.processId === processId;
      return isIt ? [] : [`the server of process ${processId} does not run`];
    }),
  );
  return [...strays.map((port) => `the server at port ${port} is not registered`), ...answers.flat()];
}
