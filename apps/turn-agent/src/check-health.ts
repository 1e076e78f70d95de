import { findUsableTurnServers, openDatabase } from "@roombridge/rooms";
import { parseEnv, variables } from "./env.ts";

/**
 * The health check of the agent's container, with its environment: 0 if its relay is handed out to clients, that is if the
 * agent has reported it healthy within 15 s.
 */
const env = parseEnv(variables);
const database = openDatabase({
  url: env.DATABASE_URL,
  applicationName: "roombridge turn-agent health",
  maxConnections: 1,
  statementTimeoutMs: 5_000,
});
try {
  const relays = await findUsableTurnServers(database, env.TURN_REALM);
  if (!relays.some(({ serverId }) => serverId === env.TURN_AGENT_SERVER_ID))
    throw new Error(
      `${env.TURN_AGENT_SERVER_ID} is not handed out: it is not healthy, drains, or was not seen for 15 s`,
    );
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  await database.close();
}
