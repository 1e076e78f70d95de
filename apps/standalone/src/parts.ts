import { selectVariables, type StartEnv } from "./env.ts";
import { nodePart, type RunningApp } from "./node-part.ts";
import { partOutput } from "./part-output.ts";
import { mainOf } from "./repository.ts";
import type { Part, StopStep } from "./supervisor.ts";
import { localHost } from "./addresses.ts";
import type { RunningTurn } from "./turn-part.ts";
import { isLoopback } from "./turn/peer-addresses.ts";

/** What the apps are told beyond the variables that are handed on to them. */
export interface AppSettings {
  readonly env: StartEnv;
  /** Our own environment. */
  readonly variables: NodeJS.ProcessEnv;
  readonly databaseUrl: string;
  readonly appId: string;
  readonly turnCredentialKeys: string;
  readonly turnUris: readonly string[];
  readonly hostId: string;
  readonly hostConfig: string;
  readonly dataDir: string;
}

/** First those that take requests, then what serves them; the database outlives everybody who writes to it. */
export const STOP_STEPS: readonly StopStep[] = [
  { parts: ["gateway", "rtc"], deadlineMs: 8_000 },
  // The host's game servers have up to 10 s of these.
  { parts: ["host", "turn-agent"], deadlineMs: 20_000 },
  { parts: ["turn"], deadlineMs: 21_500 },
  { parts: ["database"], deadlineMs: 25_000 },
];

/** The three apps, in no order: each finds the others through the database alone. */
export function appParts(settings: AppSettings): {
  gateway: Part<RunningApp>;
  rtc: Part<RunningApp>;
  host: Part<RunningApp>;
} {
  return { gateway: gatewayPart(settings), rtc: rtcPart(settings), host: hostPart(settings) };
}

function gatewayPart(settings: AppSettings): Part<RunningApp> {
  return appPart(settings, {
    name: "gateway",
    prefixes: ["GATEWAY_", "TURN_", "ROOM_", "LOBBIES_"],
    variables: { ...turnVariables(settings), GATEWAY_WEBHOOK_PRIVATE: allowsPrivateWebhooks(settings) },
    portVariable: "GATEWAY_PORT",
  });
}

/** Where nobody else can reach the gateway, its webhooks are those of the person in front of it. */
function allowsPrivateWebhooks({ env, variables }: AppSettings): string {
  return variables["GATEWAY_WEBHOOK_PRIVATE"] || (isLoopback(env.GATEWAY_HOST) ? "1" : "0");
}

function rtcPart(settings: AppSettings): Part<RunningApp> {
  return appPart(settings, {
    name: "rtc",
    prefixes: ["RTC_", "TURN_", "ROOM_"],
    variables: { ...turnVariables(settings), RTC_APP_ID: settings.variables["RTC_APP_ID"] || settings.appId },
    portVariable: "RTC_PORT",
  });
}

function hostPart(settings: AppSettings): Part<RunningApp> {
  const { variables, hostId, hostConfig, dataDir } = settings;
  const onShutdown = variables["HOST_ON_SHUTDOWN"] || "stop";
  return appPart(settings, {
    name: "host",
    // Else the game servers of a host that has crashed would run on until the next start.
    cleansUp: onShutdown === "stop",
    prefixes: ["HOST_", "ROOM_", "DOCKER_"],
    variables: {
      HOST_ID: variables["HOST_ID"] || hostId,
      HOST_REGIONS: variables["HOST_REGIONS"] || "all",
      // Well within the deadline of our own stop.
      HOST_STOP_GRACE_SECONDS: variables["HOST_STOP_GRACE_SECONDS"] || "5",
      HOST_ON_SHUTDOWN: onShutdown,
      HOST_PING_PORT: variables["HOST_PING_PORT"] || "0",
      ROOMBRIDGE_CONFIG: hostConfig,
      ROOMBRIDGE_DATA_DIR: dataDir,
    },
  });
}

/** Beside the coturn that we run. */
export function turnAgentPart(settings: AppSettings, turn: RunningTurn): Part<RunningApp> {
  const { variables, turnUris, hostId } = settings;
  return appPart(settings, {
    name: "turn-agent",
    prefixes: ["TURN_AGENT_", "TURN_REALM", "TURN_MODE", "TURN_REST_"],
    variables: {
      TURN_AGENT_SERVER_ID: variables["TURN_AGENT_SERVER_ID"] || hostId,
      TURN_URIS: turnUris.join(","),
      TURN_HOST: localHost(turn.host),
      TURN_PORT: String(turn.port),
      TURN_CLI_HOST: turn.cli.host,
      TURN_CLI_PORT: String(turn.cli.port),
      TURN_CLI_PASSWORD: turn.cli.password,
    },
  });
}

function turnVariables({ turnCredentialKeys, turnUris }: AppSettings): Record<string, string> {
  return { TURN_CREDENTIAL_KEYS: turnCredentialKeys, TURN_URIS: turnUris.join(",") };
}

function appPart(
  { env, variables, databaseUrl }: AppSettings,
  app: {
    readonly name: string;
    /** What this app may read of our environment. */
    readonly prefixes: readonly string[];
    readonly variables: Readonly<Record<string, string>>;
    readonly portVariable?: string;
    readonly cleansUp?: boolean;
  },
): Part<RunningApp> {
  const told = { ...app.variables, DATABASE_URL: databaseUrl };
  return nodePart({
    name: app.name,
    main: mainOf(`apps/${app.name}`),
    env: {
      ...selectVariables(variables, ["DATABASE_", "LOG_", "OTEL_", ...app.prefixes], told),
      ...told,
      LOG_LEVEL: env.LOG_LEVEL,
      LOG_FORMAT: env.LOG_FORMAT,
      // Its output is a pipe to us, and ours may be a terminal.
      ...(process.stdout.isTTY && !variables["NO_COLOR"] ? { FORCE_COLOR: "1" } : {}),
    },
    ...(app.portVariable === undefined ? {} : { portVariable: app.portVariable }),
    cleansUp: app.cleansUp ?? false,
    onLine: partOutput(app.name, { level: env.LOG_LEVEL, format: env.LOG_FORMAT }),
  });
}
