import { RoomService } from "@roombridge/models/thrift";
import { checkSchema, closeRooms, findApplicationById, openRooms } from "@roombridge/rooms";
import { toTurnSettings, type Logger, type RunningService, type Telemetry } from "@roombridge/service";
import { createProcessor, type OnServerEvent, ThriftServer } from "@roombridge/thrift";
import { isExposed, type Env } from "./env.ts";
import { logEvents } from "./log-event.ts";
import { measureCalls, traceCalls } from "./observe-calls.ts";
import { createRoomService } from "./room-service.ts";
import { createTokenCheck } from "./token-check.ts";
import { readTlsFiles, tlsFilesOf, watchTlsFiles } from "./tls-files.ts";

/** Calls under way get this long; the rest of the 20 s belongs to the database. */
const DRAIN_MS = 15_000;

/** Serves RoomService. Throws when the schema is old, the application unknown, or the port taken. */
export async function startRtc(env: Env, log: Logger, telemetry?: Telemetry): Promise<RunningService> {
  const rooms = openRooms({
    databaseUrl: env.DATABASE_URL,
    applicationName: "roombridge rtc",
    observer: telemetry?.database,
    turn: toTurnSettings(env),
  });
  try {
    await checkSchema(rooms.database);
    const application = await findApplicationById(rooms.database, env.RTC_APP_ID);
    if (!application) throw new Error(`RTC_APP_ID: there is no application ${env.RTC_APP_ID}`);
    const service = createRoomService(rooms, { application, region: env.RTC_REGION, listsMax: env.RTC_LISTS_MAX });
    const tracing = telemetry?.tracing;
    const files = tlsFilesOf(env);
    const isHttpOnly = env.RTC_HTTP_ONLY === "1";
    const server = new ThriftServer({
      processors: [createProcessor(RoomService, tracing ? traceCalls(tracing, service) : service)],
      onEvent: tellOf(log, telemetry),
      // Beyond this machine, either certificates or tokens tell who is calling; without TLS it must be tokens.
      plain: isExposed(env) && files ? "refuse" : "accept",
      direct: isHttpOnly ? "refuse" : "accept",
      http: { authenticate: createTokenCheck(rooms, { application, isRequired: isHttpOnly }) },
      ...(files && { tls: readTlsFiles(files) }),
    });
    const port = await listen(server, env);
    const unwatch = files && watchTlsFiles(files, { log, reload: (tls) => server.reloadTls(tls) });
    return {
      port,
      async drain() {
        unwatch?.();
        await server.close({ deadlineMs: DRAIN_MS });
        await closeRooms(rooms);
      },
    };
  } catch (error) {
    await closeRooms(rooms);
    throw error;
  }
}

function tellOf(log: Logger, telemetry: Telemetry | undefined): OnServerEvent {
  const toLog = logEvents(log);
  const measure = telemetry && measureCalls(telemetry);
  if (!measure) return toLog;
  return (event) => {
    toLog(event);
    measure(event);
  };
}

async function listen(server: ThriftServer, { RTC_HOST: host, RTC_PORT: port }: Env): Promise<number> {
  try {
    return await server.listen({ host, port });
  } catch (error) {
    const isTaken = error instanceof Error && "code" in error && error.code === "EADDRINUSE";
    if (!isTaken) throw error;
    throw new Error(`${host}:${port} is taken by another program; set RTC_PORT to a free port, or to 0 for any`, {
      cause: error,
    });
  }
}
