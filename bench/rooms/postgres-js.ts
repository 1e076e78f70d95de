import { openDatabase, type Database } from "@roombridge/rooms";
import type { Baseline, BaselineLoad } from "./baseline.ts";
import type { Sample } from "./http-load.ts";
import type { Script } from "./statements.ts";

/** Runs scripts on the driver that the gateway has, in this process: for machines without pgbench, and slower. */
export function openPostgresJs(databaseUrl: string, maxClients: number): Baseline {
  const database = openDatabase({
    url: databaseUrl,
    applicationName: "roombridge bench",
    maxConnections: maxClients,
  });
  return {
    name: "raw postgres.js (there is no pgbench; Debian has it in the package postgresql-15)",
    measure: (script, load) => measure(database, script, load),
    close: () => database.close(),
  };
}

async function measure(database: Database, script: Script, load: BaselineLoad): Promise<Sample> {
  const milliseconds: number[] = [];
  const begin = performance.now();
  await Promise.all(
    Array.from({ length: load.clients }, async (_, client) => {
      const connection = await database.sql.reserve();
      try {
        for (let count = 0; count < (load.transactions ?? Infinity); count += 1) {
          const beganAt = performance.now();
          if (load.transactions === undefined && beganAt - begin >= load.milliseconds) return;
          await runOnce(connection, script, { client_id: client, ...draw(script, count) });
          milliseconds.push(performance.now() - beganAt);
        }
      } finally {
        connection.release();
      }
    }),
  );
  return { perSecond: milliseconds.length / ((performance.now() - begin) / 1_000), milliseconds };
}

function draw({ draws }: Script, count: number): Record<string, number> {
  return Object.fromEntries(
    Object.entries(draws).map(([name, of]) => {
      if (of === "count") return [name, count];
      const [low, high] = of;
      return [name, low + Math.floor(Math.random() * (high - low + 1))];
    }),
  );
}

type Values = Record<string, string | number>;

async function runOnce(sql: Pick<Database["sql"], "unsafe">, { statements }: Script, values: Values): Promise<void> {
  for (const { text, keeps = false } of statements) {
    const given: (string | number)[] = [];
    const numbered = text.replaceAll(/(?<!:):([a-z]\w*)/g, (_, name: string) => {
      given.push(values[name] ?? "");
      return `$${given.length}`;
    });
    const [row] = await sql.unsafe<Values[]>(numbered, given, { prepare: true });
    if (keeps && row !== undefined) Object.assign(values, row);
  }
}
