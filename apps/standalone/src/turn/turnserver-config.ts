import { isIP, isIPv6 } from "node:net";
import { type CoturnDatabase, connectionString } from "./coturn-database.ts";
import { type CoturnVersion, isAtLeast } from "./coturn-version.ts";
import { DENIED_PEERS, isLoopback, isPeerRange, isWildcard } from "./peer-addresses.ts";

/**
 * Where coturn looks a credential up: users in the database; secrets in the database, with which it derives a user's
 * password itself (draft-uberti-behave-turn-rest); or one secret that stands in the file, and no database.
 */
export type CoturnCredentials =
  | { readonly users: CoturnDatabase }
  | { readonly secrets: CoturnDatabase }
  | { readonly secret: string };

export interface TurnserverConfig {
  /** The coturn that will read the file. */
  readonly version: CoturnVersion;
  readonly listenIps: readonly string[];
  readonly port: number;
  /** Own addresses that relayed sockets are bound to; at least one, for coturn's own choice includes IPv6. */
  readonly relayIps: readonly string[];
  /** The public address behind which NAT hides the relay address. */
  readonly externalIp?: string;
  /** UDP ports of relayed sockets, both ends included. */
  readonly minPort: number;
  readonly maxPort: number;
  readonly realm: string;
  /** Peers that are allowed although they are denied in general: addresses, or ranges such as 10.0.0.1-10.0.0.9. */
  readonly allowedPeers?: readonly string[];
  readonly credentials: CoturnCredentials;
  /** Allocations that one user of the realm may hold; default 64. */
  readonly userQuota?: number;
  /** Allocations of all users; default without limit. */
  readonly totalQuota?: number;
  /** Bytes per second of one allocation in each direction, and of the whole server; default without limit. */
  readonly maxBps?: number;
  readonly bpsCapacity?: number;
  /** Encrypted listener; without it neither TLS nor DTLS is offered. */
  readonly tls?: { readonly port: number; readonly certFile: string; readonly keyFile: string };
  /** Command line on 127.0.0.1 through which sessions are cut; without it there is none. */
  readonly cli?: { readonly port: number; readonly passwordHash: string };
  /** Default: coturn's own, /var/run/turnserver.pid. */
  readonly pidFile?: string;
  /** Default: standard output. */
  readonly logFile?: string;
  readonly verbose?: boolean;
}

type Line = readonly [option: string, value?: string | number];

const DEFAULT_USER_QUOTA = 64;
const NONCE_SECONDS = 600;
/** ps of the CLI lists so many sessions; its own default is 256, and 0 means none. */
const CLI_SESSIONS = 100_000;
/** Answers 401 per second and source address; coturn's 10 are too few for many players behind one NAT. */
const UNAUTHORIZED_PER_SECOND = 100;
const TLS_CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20";

/**
 * The text of turnserver.conf, hardened for the internet, right for coturn 4.6.0 to 4.17: it complains of nothing that
 * it reads. Throws a RangeError for a value that the file cannot carry, without a relay address, and for an IPv6 relay
 * address on a coturn that compares IPv6 ranges wrongly.
 */
export function turnserverConfig(config: TurnserverConfig): string {
  checkAddresses(config);
  const lines: Line[] = [
    ...listeners(config),
    ...relay(config),
    ...authentication(config),
    ...peers(config),
    ...tls(config),
    ...hardening(config),
    ...cli(config),
    ...logging(config),
  ];
  return `${lines.map(formatLine).join("\n")}\n`;
}

function listeners({ listenIps, port }: TurnserverConfig): Line[] {
  return [...listenIps.map((ip): Line => ["listening-ip", ip]), ["listening-port", port]];
}

function relay({ relayIps, externalIp, minPort, maxPort }: TurnserverConfig): Line[] {
  const external = relayIps.length === 1 ? `${externalIp}/${relayIps.join()}` : externalIp;
  return [
    ...relayIps.map((ip): Line => ["relay-ip", ip]),
    ...optional("external-ip", externalIp === undefined ? undefined : external),
    ["min-port", minPort],
    ["max-port", maxPort],
    ["no-tcp-relay"],
  ];
}

function authentication({ realm, credentials, ...config }: TurnserverConfig): Line[] {
  return [
    ...credentialLines(credentials),
    ["realm", realm],
    ["user-quota", config.userQuota ?? DEFAULT_USER_QUOTA],
    ...optional("total-quota", config.totalQuota),
    ...optional("max-bps", config.maxBps),
    ...optional("bps-capacity", config.bpsCapacity),
    ["stale-nonce", NONCE_SECONDS],
    // Bounds the memory that a flood of unsigned requests takes; on by default from 4.17 on.
    ...(isAtLeast(config.version, { major: 4, minor: 16, patch: 0 }) ? [["stateless-nonce"] as const] : []),
  ];
}

function credentialLines(credentials: CoturnCredentials): Line[] {
  if ("users" in credentials) return [["lt-cred-mech"], ["psql-userdb", connectionString(credentials.users)]];
  if ("secrets" in credentials) return [["use-auth-secret"], ["psql-userdb", connectionString(credentials.secrets)]];
  return [["use-auth-secret"], ["static-auth-secret", credentials.secret]];
}

/** Allowed ranges win over denied ones, and own addresses must be allowed: two relayed peers talk through them. */
function peers({ relayIps, externalIp, allowedPeers = [] }: TurnserverConfig): Line[] {
  const allowed = [...relayIps, ...(externalIp === undefined ? [] : [externalIp]), ...allowedPeers];
  return [
    // Without it even an allowed loopback address is refused. All other ones are denied below.
    ...(allowed.some(isLoopback) ? [["allow-loopback-peers"] as const] : []),
    ["no-multicast-peers"],
    ...allowed.map((ip): Line => ["allowed-peer-ip", ip]),
    ...DENIED_PEERS.map((range): Line => ["denied-peer-ip", range]),
  ];
}

function tls({ tls: options, version }: TurnserverConfig): Line[] {
  // DTLS has exhausted servers through half-open handshakes, and no browser needs it. From 4.17 on it is off.
  const noDtls: Line[] = isAtLeast(version, { major: 4, minor: 17, patch: 0 }) ? [] : [["no-dtls"]];
  if (!options) return [["no-tls"], ...noDtls];
  return [
    ["tls-listening-port", options.port],
    ["cert", options.certFile],
    ["pkey", options.keyFile],
    ["cipher-list", TLS_CIPHERS],
    ...noDtls,
    // From 4.7 on they are off and the options are gone.
    ...(isAtLeast(version, { major: 4, minor: 7, patch: 0 }) ? [] : ([["no-tlsv1"], ["no-tlsv1_1"]] as const)),
  ];
}

/** Options that 4.7 made its defaults, and then deprecated or dropped. */
const DEFAULTS_SINCE_4_7 = ["no-software-attribute", "no-rfc5780", "no-stun-backward-compatibility"] as const;

function hardening({ version, listenIps }: TurnserverConfig): Line[] {
  const isPrivate = listenIps.every(isLoopback);
  const limitsRefusals = !isPrivate && isAtLeast(version, { major: 4, minor: 14, patch: 0 });
  const isBefore47 = !isAtLeast(version, { major: 4, minor: 7, patch: 0 });
  return [
    ["fingerprint"],
    ...(isBefore47 ? DEFAULTS_SINCE_4_7.map((option): Line => [option]) : []),
    ...(limitsRefusals
      ? ([["unauthorized-ratelimit"], ["unauthorized-ratelimit-rps", UNAUTHORIZED_PER_SECOND]] as const)
      : []),
  ];
}

function cli({ cli: options, version }: TurnserverConfig): Line[] {
  // Until 4.9 it was on unless `no-cli` was given; since then it is off unless `cli` is.
  const isOffByDefault = isAtLeast(version, { major: 4, minor: 10, patch: 0 });
  if (!options) return isOffByDefault ? [] : [["no-cli"]];
  return [
    ...(isOffByDefault ? [["cli"] as const] : []),
    ["cli-ip", "127.0.0.1"],
    ["cli-port", options.port],
    ["cli-password", options.passwordHash],
    ["cli-max-output-sessions", CLI_SESSIONS],
  ];
}

function logging({ pidFile, logFile, verbose }: TurnserverConfig): Line[] {
  return [
    ...optional("pidfile", pidFile),
    ["log-file", logFile ?? "stdout"],
    // One file under just this name, and nothing on standard output beside it.
    ...(logFile === undefined ? [] : ([["simple-log"], ["no-stdout-log"]] as const)),
    ["new-log-timestamp"],
    ...(verbose ? [["verbose"] as const] : []),
  ];
}

function checkAddresses({ version, relayIps, listenIps, externalIp, allowedPeers = [] }: TurnserverConfig): void {
  for (const ip of [...listenIps, ...relayIps, ...(externalIp === undefined ? [] : [externalIp])]) {
    if (isIP(ip) === 0) throw new RangeError(`${JSON.stringify(ip)} is not an IP address`);
  }
  for (const range of allowedPeers) {
    if (!isPeerRange(range)) throw new RangeError(`${JSON.stringify(range)} is neither an IP address nor a range`);
  }
  if (listenIps.length === 0) throw new RangeError("coturn needs an address to listen on");
  if (relayIps.length === 0 || relayIps.some(isWildcard)) {
    throw new RangeError("coturn needs an address of its machine, not a wildcard, to relay from");
  }
  if (relayIps.some((ip) => isIPv6(ip)) && !isAtLeast(version, { major: 4, minor: 16, patch: 0 })) {
    throw new RangeError(
      "coturn before 4.16 compares IPv6 ranges wrongly (CVE-2026-27624): give it IPv4 relay addresses only",
    );
  }
}

function optional(option: string, value: string | number | undefined): Line[] {
  return value === undefined ? [] : [[option, value]];
}

function formatLine([option, value]: Line): string {
  if (value === undefined) return option;
  const text = String(value);
  // coturn strips a leading quote and surrounding space, and reads at most 1,024 bytes of a line.
  if (
    !/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(text) ||
    text.startsWith('"') ||
    text.startsWith("=") ||
    text.length > 900
  ) {
    throw new RangeError(`turnserver.conf cannot carry this value of ${option}`);
  }
  return `${option}=${text}`;
}
