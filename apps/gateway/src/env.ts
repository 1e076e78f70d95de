import { databaseUrl, integer, logVariables, parseEnvironment, turnVariables } from "@roombridge/service";
import { z } from "zod";

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
    GATEWAY_TURN_CHECK: z.enum(["0", "1"], { error: "expected 0 or 1" }).default("1"),
    GATEWAY_WEBHOOK_PRIVATE: z.enum(["0", "1"], { error: "expected 0 or 1" }).default("0"),
    DATABASE_URL: databaseUrl,
    DATABASE_DIRECT_URL: databaseUrl.optional(),
    ...turnVariables,
    ...logVariables,
  })
  .transform((env) => ({ ...env, DATABASE_DIRECT_URL: env.DATABASE_DIRECT_URL ?? env.DATABASE_URL }));

/** What this process was started with. */
export const variables = process.env;

export type Env = z.output<typeof Environment>;

/** Throws an Error that lists every problem, one per line. */
export function parseEnv(given: NodeJS.ProcessEnv): Env {
  return parseEnvironment(Environment, given);
}
