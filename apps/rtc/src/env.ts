import { accessSync, constants } from "node:fs";
import { isIP } from "node:net";
import { Region } from "@roombridge/models/api";
import {
  databaseUrl,
  integer,
  logVariables,
  parseEnvironment,
  telemetryVariables,
  turnVariables,
} from "@roombridge/service";
import { z } from "zod";

const readableFile = z.string().refine(isReadable, { error: "the file does not exist or cannot be read" }).optional();

const flag = z.enum(["0", "1"], { error: "expected 0 or 1" }).default("0");

const Environment = z
  .object({
    RTC_HOST: z.string().default("127.0.0.1"),
    RTC_PORT: integer(0, 65_535).default(9090),
    RTC_APP_ID: z.string({ error: "is required: the application whose rooms RoomService creates and lists" }),
    RTC_REGION: Region.default("Washington_DC"),
    RTC_LISTS_MAX: integer(1, 1_000_000).default(10_000),
    RTC_TLS_CERT_FILE: readableFile,
    RTC_TLS_KEY_FILE: readableFile,
    RTC_TLS_CA_FILE: readableFile,
    RTC_HTTP_ONLY: flag,
    RTC_INSECURE: flag,
    DATABASE_URL: databaseUrl,
    ...turnVariables,
    ...logVariables,
    ...telemetryVariables,
  })
  .refine((env) => !env.RTC_TLS_CERT_FILE || env.RTC_TLS_KEY_FILE, {
    path: ["RTC_TLS_KEY_FILE"],
    error: "is required with RTC_TLS_CERT_FILE",
    when: always,
  })
  .refine((env) => env.RTC_TLS_CERT_FILE || !(env.RTC_TLS_KEY_FILE || env.RTC_TLS_CA_FILE), {
    path: ["RTC_TLS_CERT_FILE"],
    error: "is required with RTC_TLS_KEY_FILE and RTC_TLS_CA_FILE",
    when: always,
  })
  .refine((env) => !isExposed(env) || env.RTC_TLS_CA_FILE || env.RTC_HTTP_ONLY === "1", {
    path: ["RTC_HOST"],
    error:
      "beyond this machine callers must prove who they are; set RTC_TLS_CERT_FILE, RTC_TLS_KEY_FILE and RTC_TLS_CA_FILE (client certificates), or RTC_HTTP_ONLY=1 (bearer tokens), or RTC_INSECURE=1 if the network itself is trusted, or stay on 127.0.0.1",
    when: always,
  });

export type Env = z.output<typeof Environment>;

/** Throws an Error that lists every problem, one per line. */
export function parseEnv(variables: NodeJS.ProcessEnv): Env {
  return parseEnvironment(Environment, variables);
}

/** Others than this machine may connect, and nobody has said that they are all trusted. */
export function isExposed(env: { readonly RTC_HOST: string; readonly RTC_INSECURE: string }): boolean {
  return !isLoopback(env.RTC_HOST) && env.RTC_INSECURE !== "1";
}

/** All problems are printed at once: these rules are checked also when a value is wrong by itself. */
function always(): true {
  return true;
}

function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

function isLoopback(host: string): boolean {
  if (host === "localhost" || host === "::1") return true;
  return isIP(host) === 4 && host.startsWith("127.");
}

/** The environment of this process; nothing else here reads it. */
export const variables = process.env;
