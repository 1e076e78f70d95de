import { isIP } from "node:net";
import { Region } from "@roombridge/models/api";
import { databaseUrl, integer, logVariables, parseEnvironment, turnVariables } from "@roombridge/service";
import { z } from "zod";

const Environment = z
  .object({
    RTC_HOST: z.string().default("127.0.0.1"),
    RTC_PORT: integer(0, 65_535).default(9090),
    RTC_APP_ID: z.string({ error: "is required: the application whose rooms RoomService creates and lists" }),
    RTC_REGION: Region.default("Washington_DC"),
    RTC_LISTS_MAX: integer(1, 1_000_000).default(10_000),
    RTC_INSECURE: z.enum(["0", "1"], { error: "expected 0 or 1" }).default("0"),
    DATABASE_URL: databaseUrl,
    ...turnVariables,
    ...logVariables,
  })
  .refine((env) => isLoopback(env.RTC_HOST) || env.RTC_INSECURE === "1", {
    path: ["RTC_HOST"],
    error:
      "RoomService over plain TCP has no authentication; bind it to 127.0.0.1, or set RTC_INSECURE=1 if the network itself is trusted",
  });

export type Env = z.output<typeof Environment>;

export function parseEnv(variables: NodeJS.ProcessEnv): Env {
  return parseEnvironment(Environment, variables);
}

function isLoopback(host: string): boolean {
  if (host === "localhost" || host === "::1") return true;
  return isIP(host) === 4 && host.startsWith("127.");
}

/** The environment of this process; nothing else here reads it. */
export const variables = process.env;
