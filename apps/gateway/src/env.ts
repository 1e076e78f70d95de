import {
  databaseUrl,
  integer,
  logVariables,
  parseEnvironment,
  telemetryVariables,
  turnVariables,
} from "@roombridge/service";
import { z } from "zod";
import type { AdmissionSettings } from "./admission.ts";
import { FORWARDED_HEADERS } from "./forwarded.ts";
import { GOOGLE_KEYS_URL } from "./google-identity.ts";
import { LOBBIES_PER_HOUR } from "./player-settings.ts";
import { parseTrustedProxies } from "./trusted-proxies.ts";

/** Segments of unreserved characters (RFC 3986 section 2.3): nothing in them is encoded, or means something to a router. */
const BASE_PATH = /^(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._~-]+)*\/?$/;

const Environment = z
  .object({
    GATEWAY_HOST: z.string().default("127.0.0.1"),
    GATEWAY_PORT: integer(0, 65_535).default(8080),
    GATEWAY_BASE_PATH: z
      .string()
      .regex(BASE_PATH, { error: "expected a path such as /hathora, of letters, digits, -, ., _ and ~" })
      .transform((path) => path.replace(/\/$/, ""))
      .default(""),
    GATEWAY_WAKE_ON_CONNECTION_INFO: z.enum(["0", "1"], { error: "expected 0 or 1" }).default("1"),
    GATEWAY_CHECK_STATIC_PORTS: z.enum(["0", "1"], { error: "expected 0 or 1" }).default("0"),
    GATEWAY_TURN_CHECK: z.enum(["0", "1"], { error: "expected 0 or 1" }).default("1"),
    GATEWAY_GOOGLE_KEYS_URL: z
      .url({ protocol: /^https?$/, error: "expected an http(s) URL of a JSON Web Key Set" })
      .default(GOOGLE_KEYS_URL),
    LOBBIES_PER_PLAYER_PER_HOUR: integer(0, 100_000).default(LOBBIES_PER_HOUR),
    TRUSTED_PROXIES: z
      .string()
      .transform((text, context) => {
        const proxies = parseTrustedProxies(text);
        if (proxies) return proxies;
        const message = "expected addresses, ranges such as 10.0.0.0/8, loopback or private, separated by commas";
        context.addIssue({ code: "custom", message });
        return z.NEVER;
      })
      .optional(),
    GATEWAY_FORWARDED_HEADER: z
      .enum(FORWARDED_HEADERS, { error: `expected ${FORWARDED_HEADERS.join(" or ")}` })
      .default("x-forwarded-for"),
    GATEWAY_PUBLIC_RATE: integer(0, 1_000_000).default(50),
    GATEWAY_PUBLIC_BURST: integer(1, 1_000_000).default(100),
    GATEWAY_TOKEN_RATE: integer(0, 1_000_000).default(0),
    GATEWAY_TOKEN_BURST: integer(1, 1_000_000).default(100),
    GATEWAY_AUTH_FAILURES_PER_MINUTE: integer(0, 1_000_000).default(60),
    GATEWAY_REQUEST_SECONDS: integer(1, 3_600).default(30),
    GATEWAY_MAX_CONNECTIONS: integer(1, 1_000_000).default(10_000),
    GATEWAY_WEBHOOK_PRIVATE: z.enum(["0", "1"], { error: "expected 0 or 1" }).default("0"),
    DATABASE_URL: databaseUrl,
    DATABASE_DIRECT_URL: databaseUrl.optional(),
    ...turnVariables,
    ...logVariables,
    ...telemetryVariables,
  })
  .transform((env) => ({ ...env, DATABASE_DIRECT_URL: env.DATABASE_DIRECT_URL ?? env.DATABASE_URL }));

/** What this process was started with. */
export const variables = process.env;

export type Env = z.output<typeof Environment>;

/** Who may ask how often. */
export function toAdmission(env: Env): AdmissionSettings {
  return {
    proxies: env.TRUSTED_PROXIES,
    header: env.GATEWAY_FORWARDED_HEADER,
    publicRate: { perSecond: env.GATEWAY_PUBLIC_RATE, burst: env.GATEWAY_PUBLIC_BURST },
    tokenRate: { perSecond: env.GATEWAY_TOKEN_RATE, burst: env.GATEWAY_TOKEN_BURST },
    authFailuresPerMinute: env.GATEWAY_AUTH_FAILURES_PER_MINUTE,
  };
}

/** Throws an Error that lists every problem, one per line. */
export function parseEnv(given: NodeJS.ProcessEnv): Env {
  return parseEnvironment(Environment, given);
}
