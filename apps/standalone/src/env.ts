import { resolve } from "node:path";
import { databaseUrl, integer, logVariables, parseEnvironment, turnVariables } from "@roombridge/service";
import { z } from "zod";
import { checkRelay, relayVariables } from "./relay-env.ts";
import { REPOSITORY_ROOT } from "./repository.ts";

/** The environment of this process. */
export const PROCESS_VARIABLES = process.env;

/** The application of Hathora's own examples. */
export const DEFAULT_APP_ID = "app-af469a92-5b45-4565-b3c4-b79878de67d2";

const dataDir = z
  .string()
  .default(".roombridge")
  .transform((path) => resolve(REPOSITORY_ROOT, path));

const pathInRepository = z
  .string()
  .transform((path) => resolve(REPOSITORY_ROOT, path))
  .optional();

const access = {
  ROOMBRIDGE_DEV_TOKEN: z
    .string()
    .regex(/^[\x21-\x7e]{16,512}$/, { error: "expected 16 to 512 printable ASCII characters without spaces" })
    .optional(),
  ROOMBRIDGE_APP_ID: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/, { error: "expected 1 to 64 of A-Z, a-z, 0-9, _ and -, such as app-<uuid>" })
    .optional(),
};

const coturnPassword = z
  .string()
  .regex(/^[\x20-\x7e]{8,256}$/, { error: "expected 8 to 256 printable ASCII characters" })
  .optional();

const StartEnvironment = z
  .object({
    ...access,
    ...logVariables,
    ...turnVariables,
    ROOMBRIDGE_DATA_DIR: dataDir,
    ROOMBRIDGE_DB_PORT: integer(0, 65_535).default(0),
    ROOMBRIDGE_CONFIG: pathInRepository,
    DATABASE_URL: databaseUrl.optional(),
    DATABASE_DIRECT_URL: databaseUrl.optional(),
    GATEWAY_HOST: z.string().default("127.0.0.1"),
    GATEWAY_PORT: integer(0, 65_535).default(8080),
    RTC_HOST: z.string().default("127.0.0.1"),
    RTC_PORT: integer(0, 65_535).default(9090),
    ...relayVariables,
    TURN_TLS_CERT_FILE: pathInRepository,
    TURN_TLS_KEY_FILE: pathInRepository,
    TURN_CREDENTIAL_KEYS: turnVariables.TURN_CREDENTIAL_KEYS.optional(),
    COTURN_DB_PASSWORD: coturnPassword,
    PATH: z.string().default(""),
  })
  .superRefine(checkRelay)
  .refine((env) => env.DATABASE_URL !== undefined || env.DATABASE_DIRECT_URL === undefined, {
    path: ["DATABASE_DIRECT_URL"],
    error: "is another way to the database of DATABASE_URL, which is not set",
  });

/** What `npm start` reads. The variables of the parts alone are checked by the parts. */
export type StartEnv = z.output<typeof StartEnvironment>;

/** Throws an Error that lists every problem, one per line. */
export function parseStartEnv(variables: NodeJS.ProcessEnv): StartEnv {
  return parseEnvironment(StartEnvironment, variables);
}

const CommandEnvironment = z.object({
  ...access,
  ROOMBRIDGE_DATA_DIR: dataDir,
  ROOMBRIDGE_CONFIG: pathInRepository,
  DATABASE_URL: databaseUrl.optional(),
  DATABASE_DIRECT_URL: databaseUrl.optional(),
  COTURN_DB_PASSWORD: coturnPassword,
  TURN_REALM: turnVariables.TURN_REALM,
  TURN_REST_SECRET: turnVariables.TURN_REST_SECRET,
});

/** What the `roombridge` command reads. */
export type CommandEnv = z.output<typeof CommandEnvironment>;

const DoctorEnvironment = CommandEnvironment.extend({
  TURN_MODE: turnVariables.TURN_MODE,
  TURN_CREDENTIAL_KEYS: turnVariables.TURN_CREDENTIAL_KEYS.optional(),
  HOST_TLS_CERT_FILE: z.string().optional(),
  RTC_TLS_CERT_FILE: z.string().optional(),
  TURN_TLS_CERT_FILE: pathInRepository,
});

/** What `roombridge doctor` reads. */
export type DoctorEnv = z.output<typeof DoctorEnvironment>;

/** Throws an Error that lists every problem, one per line. */
export function parseDoctorEnv(variables: NodeJS.ProcessEnv): DoctorEnv {
  return parseEnvironment(DoctorEnvironment, variables);
}

const TurnConfigEnvironment = CommandEnvironment.extend({
  ...relayVariables,
  TURN_CLI_PORT: integer(1, 65_535).default(5_766),
  TURN_CLI_PASSWORD: z
    .string()
    .regex(/^[!-~]{16,256}$/, { error: "expected 16 to 256 printable ASCII characters without spaces" })
    .optional(),
  PATH: z.string().default(""),
}).superRefine(checkRelay);

/** What `roombridge turn config` reads. */
export type TurnConfigEnv = z.output<typeof TurnConfigEnvironment>;

/** Throws an Error that lists every problem, one per line. */
export function parseTurnConfigEnv(variables: NodeJS.ProcessEnv): TurnConfigEnv {
  return parseEnvironment(TurnConfigEnvironment, variables);
}

/** Throws an Error that lists every problem, one per line. */
export function parseCommandEnv(variables: NodeJS.ProcessEnv): CommandEnv {
  return parseEnvironment(CommandEnvironment, variables);
}

/** What every part inherits: where programs, home and temporary files are, and how Node and dates behave. */
const SHARED = [
  "PATH",
  "HOME",
  "TMPDIR",
  "TZ",
  "LANG",
  "LC_ALL",
  "NODE_OPTIONS",
  "NODE_COMPILE_CACHE",
  "NODE_EXTRA_CA_CERTS",
  "NO_COLOR",
];

/**
 * The variables that a part is given: the shared ones and those that begin with one of `prefixes`. No others: least of all
 * secrets. What it is `told` besides is left out, also as the file of a secret: an app takes only one of the two.
 */
export function selectVariables(
  variables: NodeJS.ProcessEnv,
  prefixes: readonly string[],
  told: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const wanted = Object.entries(variables).filter(
    (entry): entry is [string, string] =>
      Boolean(entry[1]) &&
      !(entry[0].replace(/_FILE$/, "") in told) &&
      (SHARED.includes(entry[0]) || prefixes.some((prefix) => entry[0].startsWith(prefix))),
  );
  return Object.fromEntries(wanted);
}
