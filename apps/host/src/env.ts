import { hostname } from "node:os";
import { isRegion, type Region, REGIONS } from "@roombridge/models/api";
import { databaseUrl, integer, logVariables, parseEnvironment, telemetryVariables } from "@roombridge/service";
import { z } from "zod";
import { checkEngineUrl, DEFAULT_ENGINE } from "./provider/docker/engine-address.ts";

const Environment = z
  .object({
    HOST_ID: z
      .string()
      .regex(/^[!-~]{1,255}$/, { error: "expected 1 to 255 printable ASCII characters without spaces" })
      .optional(),
    HOST_PROVIDER: z.enum(["local", "docker"], { error: "expected local or docker" }).default("local"),
    HOST_REGIONS: z
      .string({ error: "is required: regions separated by commas, such as Washington_DC,Frankfurt, or all" })
      .transform(parseRegions),
    HOST_PUBLIC_HOST: z.string().default("127.0.0.1"),
    HOST_PORT_RANGE: z
      .string()
      .regex(/^\d{1,5}-\d{1,5}$/, { error: "expected first-last, such as 20000-29999" })
      .transform((text) => text.split("-").map(Number))
      .transform(([min = 0, max = 0]) => ({ min, max }))
      .refine(({ min, max }) => min >= 1 && max <= 65_535 && min <= max, {
        error: "expected first-last with 1 <= first <= last <= 65535",
      })
      .default({ min: 20_000, max: 29_999 }),
    HOST_MAX_PROCESSES: integer(1, 10_000).default(16),
    HOST_RUN_AS: z
      .string()
      .regex(/^\d{1,10}:\d{1,10}$/, { error: "expected uid:gid in numbers, such as 1000:1000" })
      .transform((text) => text.split(":").map(Number))
      .transform(([uid = 0, gid = 0]) => ({ uid, gid }))
      .optional(),
    HOST_LIMITS: z.enum(["enforce", "off"], { error: "expected enforce or off" }).default("enforce"),
    HOST_CGROUP: z.string().regex(/^\//, { error: "expected the path of a directory" }).optional(),
    HOST_ON_SHUTDOWN: z.enum(["stop", "leave"], { error: "expected stop or leave" }).default("leave"),
    HOST_STOP_GRACE_SECONDS: integer(0, 3_600).default(30),
    HOST_BIND_DEADLINE_SECONDS: integer(1, 3_600).default(100),
    HOST_LOG_MEGABYTES: integer(1, 10_000).default(20),
    HOST_LOG_HOURS: integer(1, 8_760).default(72),
    HOST_METRICS_SECONDS: integer(1, 300).default(15),
    HOST_CONTROL_HOST: z.string().default("127.0.0.1"),
    HOST_CONTROL_PORT: integer(0, 65_535).default(0),
    HOST_CONTROL_URL: z
      .url({ protocol: /^https?$/, error: "expected http(s)://host:port, as gateways reach this host" })
      .transform((url) => url.replace(/\/+$/, ""))
      .refine((url) => new URL(url).pathname === "/", {
        error: "a path cannot be signed for: expected http(s)://host:port",
      })
      .optional(),
    HOST_PING_HOST: z.string().default("127.0.0.1"),
    HOST_PING_PORT: integer(0, 65_535).optional(),
    HOST_TLS_CERT_FILE: z.string().optional(),
    HOST_TLS_KEY_FILE: z.string().optional(),
    HOST_MAX_PROCESS_AGE_HOURS: integer(1, 87_600).optional(),
    ROOM_UNSCHEDULED_TTL_HOURS: integer(1, 87_600).default(72),
    DATABASE_URL: databaseUrl,
    DATABASE_DIRECT_URL: databaseUrl.optional(),
    ROOMBRIDGE_DATA_DIR: z.string({ error: "is required: where processes keep their state and logs" }),
    ROOMBRIDGE_CONFIG: z.string().optional(),
    DOCKER_HOST: z.string().default(DEFAULT_ENGINE),
    DOCKER_TLS_VERIFY: z.string().default(""),
    DOCKER_CERT_PATH: z.string().optional(),
    PATH: z.string().default("/usr/local/bin:/usr/bin:/bin"),
    HOME: z.string().optional(),
    TZ: z.string().optional(),
    LANG: z.string().optional(),
    ...logVariables,
    ...telemetryVariables,
  })
  .superRefine((env, context) => {
    const problem = (name: string, message: string) => context.addIssue({ code: "custom", path: [name], message });
    if ((env.HOST_TLS_CERT_FILE === undefined) !== (env.HOST_TLS_KEY_FILE === undefined))
      problem("HOST_TLS_CERT_FILE", "is set together with HOST_TLS_KEY_FILE, or neither is");
    if (/^(?:0\.0\.0\.0|::)$/.test(env.HOST_CONTROL_HOST) && env.HOST_CONTROL_URL === undefined)
      problem("HOST_CONTROL_URL", "is required with this HOST_CONTROL_HOST: where gateways reach this host");
    if (env.HOST_PROVIDER !== "docker") return;
    // Two installations that share an engine, and a name, would each end what the other one runs.
    if (env.HOST_ID === undefined)
      problem("HOST_ID", "is required with docker: a name that no other host of this engine has");
    const hasTls = env.DOCKER_TLS_VERIFY !== "";
    if (hasTls && env.DOCKER_CERT_PATH === undefined) problem("DOCKER_CERT_PATH", "is required with DOCKER_TLS_VERIFY");
    const wrong = checkEngineUrl(env.DOCKER_HOST, hasTls);
    if (wrong !== undefined) problem("DOCKER_HOST", wrong);
  })
  .transform(({ DOCKER_TLS_VERIFY, DOCKER_CERT_PATH, ...env }) => ({
    ...env,
    HOST_ID: env.HOST_ID ?? hostname(),
    DATABASE_DIRECT_URL: env.DATABASE_DIRECT_URL ?? env.DATABASE_URL,
    DOCKER_CERT_PATH: DOCKER_TLS_VERIFY === "" ? undefined : DOCKER_CERT_PATH,
  }));

export type Env = z.output<typeof Environment>;

/** The environment of this process. */
export const variables: NodeJS.ProcessEnv = process.env;

export function parseEnv(given: NodeJS.ProcessEnv): Env {
  return parseEnvironment(Environment, given);
}

/** All that a game server inherits; everything else here may be a secret. */
export function baseEnvironment({ PATH, HOME, TZ, LANG }: Env): Record<string, string> {
  const inherited = Object.entries({ PATH, HOME, TZ, LANG });
  return Object.fromEntries(inherited.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

function parseRegions(text: string, context: z.RefinementCtx): readonly Region[] {
  if (text.trim() === "all") return REGIONS;
  const names = text.split(",").map((name) => name.trim());
  const unknown = names.filter((name) => !isRegion(name));
  if (unknown.length > 0) {
    const message = `unknown: ${unknown.join(", ")}; expected all, or some of ${REGIONS.join(", ")}`;
    context.addIssue({ code: "custom", message });
  }
  return [...new Set(names.filter(isRegion))];
}
