import { isIP } from "node:net";
import { integer, turnVariables } from "@roombridge/service";
import { z } from "zod";
import type { CoturnOptions } from "./turn/coturn.ts";
import { isPeerRange, isWildcard } from "./turn/peer-addresses.ts";

const ipAddress = z.string().refine((text) => isIP(text) !== 0, { error: "expected an IP address" });
const limit = integer(1, 999_999_999).optional();

/** How coturn is configured: the one of `npm start`, and what `roombridge turn config` writes. */
export const relayVariables = {
  TURN_HOST: ipAddress.default("127.0.0.1"),
  TURN_PORT: integer(0, 65_535).optional(),
  TURN_MIN_PORT: integer(1_024, 65_535).default(49_152),
  TURN_MAX_PORT: integer(1_024, 65_535).default(65_535),
  TURN_RELAY_IP: ipAddress
    .refine((ip) => !isWildcard(ip), { error: "expected an address of coturn's machine, not a wildcard" })
    .optional(),
  TURN_EXTERNAL_IP: ipAddress.optional(),
  TURN_TLS_CERT_FILE: z.string().optional(),
  TURN_TLS_KEY_FILE: z.string().optional(),
  TURN_TLS_PORT: integer(0, 65_535).default(5_349),
  TURN_USER_QUOTA: integer(1, 1_000_000).default(64),
  TURN_TOTAL_QUOTA: limit,
  TURN_MAX_BPS: limit,
  TURN_BPS_CAPACITY: limit,
  TURN_ALLOWED_PEERS: z
    .string()
    .transform((text) => text.split(",").map((peer) => peer.trim()))
    .refine((peers) => peers.every(isPeerRange), {
      error: "expected IP addresses, or ranges such as 10.0.0.1-10.0.0.9, separated by commas",
    })
    .optional(),
  TURN_REALM: turnVariables.TURN_REALM,
  TURN_MODE: turnVariables.TURN_MODE,
  TURN_REST_SECRET: turnVariables.TURN_REST_SECRET,
};

export type RelayEnv = z.output<z.ZodObject<typeof relayVariables>>;

/** What no variable alone can tell. */
export function checkRelay(env: RelayEnv, context: z.RefinementCtx): void {
  const problem = (path: keyof RelayEnv, message: string): void =>
    context.addIssue({ code: "custom", path: [path], message });
  if (env.TURN_MIN_PORT > env.TURN_MAX_PORT) problem("TURN_MIN_PORT", "must not be greater than TURN_MAX_PORT");
  if ((env.TURN_TLS_CERT_FILE === undefined) !== (env.TURN_TLS_KEY_FILE === undefined)) {
    const missing = env.TURN_TLS_KEY_FILE === undefined ? "TURN_TLS_KEY_FILE" : "TURN_TLS_CERT_FILE";
    problem(missing, "certificate and key belong together: the other one is set");
  }
  if (env.TURN_PORT && env.TURN_PORT === env.TURN_TLS_PORT && env.TURN_TLS_CERT_FILE !== undefined)
    problem("TURN_TLS_PORT", "must not be the same as TURN_PORT");
  if (env.TURN_EXTERNAL_IP !== undefined && isIP(env.TURN_EXTERNAL_IP) !== isIP(env.TURN_RELAY_IP ?? "0.0.0.0"))
    problem("TURN_EXTERNAL_IP", "must be of the same family as TURN_RELAY_IP, by default IPv4");
}

/** Certificate and key as they are named, if they are. */
export function tlsFilesOf({ TURN_TLS_CERT_FILE: certFile, TURN_TLS_KEY_FILE: keyFile }: RelayEnv) {
  return certFile === undefined || keyFile === undefined ? undefined : { certFile, keyFile };
}

/** The limits and addresses that are handed on to coturn as they are. */
export function relayConfig(env: RelayEnv): NonNullable<CoturnOptions["config"]> {
  const settings = {
    userQuota: env.TURN_USER_QUOTA,
    totalQuota: env.TURN_TOTAL_QUOTA,
    maxBps: env.TURN_MAX_BPS,
    bpsCapacity: env.TURN_BPS_CAPACITY,
    externalIp: env.TURN_EXTERNAL_IP,
    allowedPeers: env.TURN_ALLOWED_PEERS,
  };
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}

/** What coturn looks up in the database, or the secret that it is given instead. */
export function relayCredentials(env: RelayEnv): NonNullable<CoturnOptions["credentials"]> {
  if (env.TURN_MODE === "db") return "users";
  return env.TURN_REST_SECRET === undefined ? "secrets" : { secret: env.TURN_REST_SECRET };
}
