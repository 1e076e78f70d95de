import { checkSchema, openDatabase } from "@roombridge/rooms";
import type { Logger, RunningService, Telemetry } from "@roombridge/service";
import { TurnAgent } from "./agent.ts";
import type { Env } from "./env.ts";

/**
 * Watches over the coturn beside it. coturn need not run yet; the database must.
 * @throws Error when the database does not answer or its schema is old.
 */
export async function startAgent(env: Env, log: Logger, telemetry?: Telemetry): Promise<RunningService> {
  const database = openDatabase({
    url: env.DATABASE_URL,
    applicationName: "roombridge turn-agent",
    maxConnections: 4,
    statementTimeoutMs: 10_000,
    observer: telemetry?.database,
  });
  try {
    await checkSchema(database);
    const agent = await TurnAgent.start({ env, log, database, telemetry });
    return { drain: () => agent.drain() };
  } catch (error) {
    await database.close();
    throw error;
  }
}
