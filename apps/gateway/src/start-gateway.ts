import { checkSchema, closeRooms, openRooms } from "@roombridge/rooms";
import { toTurnSettings, type Logger, type RunningService, type Telemetry } from "@roombridge/service";
import { toAdmission, type Env } from "./env.ts";
import { openGoogleKeys } from "./google-identity.ts";
import { watchHeldEvents } from "./held-events.ts";
import { listen } from "./listener.ts";
import { startLostServers } from "./lost-servers.ts";
import { startWebhooks } from "./webhooks/webhook-dispatcher.ts";

/** Serves RoomsV2. Rejects when the database is not there or older than this release, or the address is taken. */
export async function startGateway(env: Env, log: Logger, telemetry?: Telemetry): Promise<RunningService> {
  const rooms = openRooms({
    databaseUrl: env.DATABASE_URL,
    applicationName: "roombridge gateway",
    observer: telemetry?.database,
    turn: toTurnSettings(env),
  });
  await checkSchema(rooms.database);
  await rooms.feed.listen(env.DATABASE_DIRECT_URL, (error) => {
    log.warn({ err: error }, "reading events failed; it will be tried again");
  });
  const address = {
    host: env.GATEWAY_HOST,
    port: env.GATEWAY_PORT,
    maxConnections: env.GATEWAY_MAX_CONNECTIONS,
  };
  const listener = await listen(
    {
      rooms,
      log,
      lifecycle: { isDraining: false },
      basePath: env.GATEWAY_BASE_PATH,
      wakeOnConnectionInfo: env.GATEWAY_WAKE_ON_CONNECTION_INFO === "1",
      checkStaticPorts: env.GATEWAY_CHECK_STATIC_PORTS === "1",
      players: {
        lobbiesPerHour: env.LOBBIES_PER_PLAYER_PER_HOUR,
        googleKeys: openGoogleKeys(env.GATEWAY_GOOGLE_KEYS_URL),
      },
      allowsPrivateWebhooks: env.GATEWAY_WEBHOOK_PRIVATE === "1",
      turnCheck: env.GATEWAY_TURN_CHECK === "1",
      admission: toAdmission(env),
      telemetry,
      requestMs: env.GATEWAY_REQUEST_SECONDS * 1_000,
    },
    address,
  );
  const lostServers = startLostServers(rooms.database, log);
  const heldEvents = watchHeldEvents(rooms.database, log);
  const webhooks = startWebhooks(rooms, { log, allowsPrivate: env.GATEWAY_WEBHOOK_PRIVATE === "1", telemetry });
  return {
    port: listener.port,
    async drain() {
      await Promise.all([lostServers.stop(), heldEvents.stop()]);
      await Promise.all([listener.drain(), webhooks.stop()]);
      await closeRooms(rooms);
    },
  };
}
