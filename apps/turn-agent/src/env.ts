import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { hostname } from "node:os";
import { isRegion, type Region } from "@roombridge/models/api";
import {
  databaseUrl,
  integer,
  logVariables,
  parseEnvironment,
  telemetryVariables,
  turnVariables,
} from "@roombridge/service";
import { z } from "zod";

const { TURN_REALM, TURN_URIS, TURN_MODE, TURN_REST_SECRET } = turnVariables;

const Environment = z
  .object({
    TURN_AGENT_SERVER_ID: z
      .string()
      .regex(/^[!-~]{1,255}$/, { error: "expected 1 to 255 printable ASCII characters without spaces" })
      .default(() => hostname()),
    TURN_AGENT_REGIONS: z.string().default("all").transform(parseRegions),
    TURN_AGENT_RECONCILE_SECONDS: integer(1, 300).default(5),
    TURN_URIS: TURN_URIS.refine((uris) => uris.length > 0, {
      error: "is required: what clients are told of this relay, such as turn:relay.example.net:3478?transport=udp",
    }),
    TURN_REALM,
    TURN_MODE,
    TURN_REST_SECRET,
    TURN_HOST: z.string().default("127.0.0.1"),
    TURN_PORT: integer(1, 65_535).default(3478),
    TURN_CLI_HOST: z.string().default("127.0.0.1"),
    TURN_CLI_PORT: integer(1, 65_535).default(5766),
    TURN_CLI_PASSWORD: z
      .string()
      .regex(/^[\x21-\x7e]{1,256}$/, { error: "expected 1 to 256 printable ASCII characters without spaces" })
      .optional(),
    TURN_CLI_PASSWORD_FILE: z
      .string()
      .refine(isReadable, { error: "the file does not exist or cannot be read" })
      .optional(),
    DATABASE_URL: databaseUrl,
    DATABASE_DIRECT_URL: databaseUrl.optional(),
    ...logVariables,
    ...telemetryVariables,
  })
  .refine((env) => (env.TURN_CLI_PASSWORD === undefined) !== (env.TURN_CLI_PASSWORD_FILE === undefined), {
    path: ["TURN_CLI_PASSWORD"],
    error: "is required, or TURN_CLI_PASSWORD_FILE instead of it: the password of coturn's command line",
    when: always,
  })
  .transform((env) => ({ ...env, DATABASE_DIRECT_URL: env.DATABASE_DIRECT_URL ?? env.DATABASE_URL }));

export type Env = z.output<typeof Environment>;

/** Throws an Error that lists every problem, one per line. */
export function parseEnv(variables: NodeJS.ProcessEnv): Env {
  return parseEnvironment(Environment, variables);
}

/** The password of coturn's command line; a file is read anew each time, so that it may be changed. */
export async function readCliPassword({ TURN_CLI_PASSWORD, TURN_CLI_PASSWORD_FILE }: Env): Promise<string> {
  if (TURN_CLI_PASSWORD_FILE === undefined) return TURN_CLI_PASSWORD ?? "";
  return (await readFile(TURN_CLI_PASSWORD_FILE, "utf8")).trim();
}

/** All problems are printed at once: this rule is checked also when a value is wrong by itself. */
function always(): true {
  return true;
}

function isReadable(path: string): boolean {
  try {
    readFileSync(path);
    return true;
  } catch {
    return false;
  }
}

/** Empty: every region. */
function parseRegions(text: string, context: z.RefinementCtx): readonly Region[] {
  if (text.trim() === "all") return [];
  const names = text.split(",").map((name) => name.trim());
  const unknown = names.filter((name) => !isRegion(name));
  if (unknown.length > 0) {
    const message = `unknown: ${unknown.join(", ")}; expected all, or regions such as Washington_DC,Frankfurt`;
    context.addIssue({ code: "custom", message });
  }
  return [...new Set(names.filter(isRegion))];
}

/** The environment of this process; nothing else here reads it. */
export const variables = process.env;
