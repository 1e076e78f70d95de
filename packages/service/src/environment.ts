import { parseCredentialKeys, type TurnSettings } from "@roombridge/rooms";
import { z } from "zod";
import { readSecretFiles } from "./secret-files.ts";

/** A whole number from `min` to `max`, as a number. */
export function integer(min: number, max: number) {
  const error = `expected a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,9}$/, { error })
    .transform(Number)
    .refine((value) => value >= min && value <= max, { error });
}

/** A PostgreSQL connection URL. Its value never appears in a message: it holds a password. */
export const databaseUrl = z
  .string({ error: "is required" })
  .refine((text) => /^postgres(?:ql)?:\/\//.test(text) && URL.canParse(text), {
    error: "expected postgres://user:password@host:port/database",
  });

const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;

export const logVariables = {
  LOG_LEVEL: z.enum(LOG_LEVELS, { error: `expected one of ${LOG_LEVELS.join(", ")}` }).default("info"),
  LOG_FORMAT: z
    .enum(["pretty", "json"], { error: "expected pretty or json" })
    .default(() => (process.stdout.isTTY ? "pretty" : "json")),
};

/** RFC 7064 and RFC 7065. */
const ICE_URI = /^(?:stuns?:[^\s?,]+|turns?:[^\s?,]+(?:\?transport=(?:udp|tcp))?)$/;

/** What issuing TURN credentials needs; the same for every face. */
export const turnVariables = {
  TURN_REALM: z
    .string()
    .regex(/^[!-~]{1,127}$/, { error: "expected 1 to 127 printable ASCII characters without spaces" })
    .default("roombridge"),
  TURN_URIS: z
    .string()
    .transform((text) => text.split(",").map((uri) => uri.trim()))
    .refine((uris) => uris.every((uri) => ICE_URI.test(uri)), {
      error:
        "expected turn:, turns: or stun: URIs separated by commas, such as turn:relay.example.net:3478?transport=udp",
    })
    .default([]),
  TURN_TTL_SECONDS: integer(60, 86_400).default(3_600),
  TURN_MODE: z.enum(["db", "rest"], { error: "expected db or rest" }).default("db"),
  TURN_REST_SECRET: z
    .string()
    .regex(/^[!-~]{16,512}$/, { error: "expected 16 to 512 printable ASCII characters without spaces" })
    .optional(),
  TURN_CREDENTIALS_PER_ROOM: integer(1, 100_000).default(1_000),
  TURN_SESSIONS_PER_ROOM: integer(0, 100_000).default(0),
  TURN_ISSUE_PER_MINUTE: integer(0, 1_000_000).default(600),
  TURN_CREDENTIAL_KEYS: z
    .string({ error: "is required: id:base64 pairs separated by commas" })
    .transform((text, context) => {
      try {
        return parseCredentialKeys(text);
      } catch (error) {
        context.addIssue({ code: "custom", message: error instanceof Error ? error.message : "expected id:base64" });
        return z.NEVER;
      }
    }),
};

/** The same for every face. */
export function toTurnSettings(env: z.output<z.ZodObject<typeof turnVariables>>): TurnSettings {
  return {
    realm: env.TURN_REALM,
    ttlSeconds: env.TURN_TTL_SECONDS,
    keys: env.TURN_CREDENTIAL_KEYS,
    uris: env.TURN_URIS,
    mode: env.TURN_MODE,
    restSecret: env.TURN_REST_SECRET,
    limits: {
      credentialsPerRoom: env.TURN_CREDENTIALS_PER_ROOM,
      sessionsPerRoom: env.TURN_SESSIONS_PER_ROOM,
      issuesPerMinute: env.TURN_ISSUE_PER_MINUTE,
    },
  };
}

/**
 * Reads an app's environment once, at start; an empty variable counts as not set, and a secret may be in the file that
 * `<variable>_FILE` names. Throws an Error that lists every problem, one per line, by the name of the variable and
 * without its value.
 */
export function parseEnvironment<Schema extends z.ZodType>(
  schema: Schema,
  variables: NodeJS.ProcessEnv,
): z.output<Schema> {
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ""));
  const { values, problems } = readSecretFiles(given, variablesOf(schema));
  const parsed = schema.safeParse({ ...given, ...values });
  if (parsed.success && problems.size === 0) return parsed.data;
  // A secret whose file is broken is not also missing.
  const others = (parsed.error?.issues ?? []).filter(({ path: [name] }) => !problems.has(String(name)));
  throw new Error(
    [...problems.values(), ...others.map(({ path, message }) => `${path.join(".")}: ${message}`)].join("\n"),
  );
}

/** The names that a schema reads, below its refinements and transformations. */
function variablesOf(schema: z.ZodType): readonly string[] {
  if (schema instanceof z.ZodObject) return Object.keys(schema.shape);
  return schema instanceof z.ZodPipe && schema.in instanceof z.ZodType ? variablesOf(schema.in) : [];
}
