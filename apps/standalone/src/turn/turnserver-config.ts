import { isIP, isIPv6 } from "node:net";
import { type CoturnVersion, isAtLeast } from "./coturn-version.ts";
import { DENIED_PEERS } from "./peer-addresses.ts";

/** The database that coturn reads; its password comes from the file that `PGPASSFILE` names, never from here. */
export interface CoturnDatabase {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  /** libpq's sslmode; its default encrypts when the server offers it. */
  readonly sslMode?: "disable" | "prefer" | "require" | "verify-ca" | "verify-full";
  /** The authorities that the verifying modes trust: a file, or `system`. */
  readonly sslRootCert?: string;
}

export interface TurnserverConfig {
  /** The coturn that will read the file. */
  readonly version: CoturnVersion;
  readonly listenIps: readonly string[];
  readonly port: number;
  /** Own addresses that relayed sockets are bound to; empty lets coturn choose. */
  readonly relayIps: readonly string[];
  /** The public address behind which NAT hides the relay address. */
  readonly externalIp?: string;
  /** UDP ports of relayed sockets, both ends included. */
  readonly minPort: number;
  readonly maxPort: number;
  readonly realm: string;
  readonly database: CoturnDatabase;
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
  readonly pidFile: string;
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
 * The text of turnserver.conf, hardened for the internet, right for coturn 4.6.0 to 4.17. Throws a RangeError for a
 * value that the file cannot carry and for an IPv6 relay address on a coturn that compares IPv6 ranges wrongly.
 */
export function turnserverConfig(config: TurnserverConfig): string {
  checkRelayIps(config);
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
  const [only, ...others] = relayIps;
  const external = only !== undefined && others.length === 0 ? `${externalIp}/${only}` : externalIp;
  return [
    ...relayIps.map((ip): Line => ["relay-ip", ip]),
    ...optional("external-ip", externalIp === undefined ? undefined : external),
    ["min-port", minPort],
    ["max-port", maxPort],
    ["no-tcp-relay"],
  ];
}

function authentication({ realm, database, ...config }: TurnserverConfig): Line[] {
  return [
    ["lt-cred-mech"],
    ["realm", realm],
    ["psql-userdb", connectionString(database)],
    ["user-quota", config.userQuota ?? DEFAULT_USER_QUOTA],
    ...optional("total-quota", config.totalQuota),
    ...optional("max-bps", config.maxBps),
    ...optional("bps-capacity", config.bpsCapacity),
    ["stale-nonce", NONCE_SECONDS],
  ];
}

/** Allowed ranges win over denied ones, and own addresses must be allowed: two relayed peers talk through them. */
function peers({ relayIps, externalIp }: TurnserverConfig): Line[] {
  const own = externalIp === undefined ? relayIps : [...relayIps, externalIp];
  return [
    // Without it even an allowed loopback address is refused. All other ones are denied below.
    ...(relayIps.some(isLoopback) ? [["allow-loopback-peers"] as const] : []),
    ["no-multicast-peers"],
    ...own.map((ip): Line => ["allowed-peer-ip", ip]),
    ...DENIED_PEERS.map((range): Line => ["denied-peer-ip", range]),
  ];
}

function tls({ tls: options, version }: TurnserverConfig): Line[] {
  // DTLS has exhausted servers through half-open handshakes, and no browser needs it.
  if (!options) return [["no-tls"], ["no-dtls"]];
  return [
    ["tls-listening-port", options.port],
    ["cert", options.certFile],
    ["pkey", options.keyFile],
    ["cipher-list", TLS_CIPHERS],
    ["no-dtls"],
    // From 4.7 on they are off and the options are gone.
    ...(isAtLeast(version, { major: 4, minor: 7, patch: 0 }) ? [] : ([["no-tlsv1"], ["no-tlsv1_1"]] as const)),
  ];
}

function hardening({ version, listenIps }: TurnserverConfig): Line[] {
  const isPrivate = listenIps.length > 0 && listenIps.every(isLoopback);
  const limitsRefusals = !isPrivate && isAtLeast(version, { major: 4, minor: 14, patch: 0 });
  return [
    ["fingerprint"],
    ["no-software-attribute"],
    ["no-rfc5780"],
    // From 4.7 on it is the default and the option is gone.
    ...(isAtLeast(version, { major: 4, minor: 7, patch: 0 }) ? [] : [["no-stun-backward-compatibility"] as const]),
    ...(limitsRefusals
      ? ([["unauthorized-ratelimit"], ["unauthorized-ratelimit-rps", UNAUTHORIZED_PER_SECOND]] as const)
      : []),
  ];
}

function cli({ cli: options, version }: TurnserverConfig): Line[] {
  if (!options) return [["no-cli"]];
  return [
    // Until 4.9 it was on by default and the option did not exist.
    ...(isAtLeast(version, { major: 4, minor: 10, patch: 0 }) ? [["cli"] as const] : []),
    ["cli-ip", "127.0.0.1"],
    ["cli-port", options.port],
    ["cli-password", options.passwordHash],
    ["cli-max-output-sessions", CLI_SESSIONS],
  ];
}

function logging({ pidFile, logFile, verbose }: TurnserverConfig): Line[] {
  return [
    ["pidfile", pidFile],
    ["log-file", logFile ?? "stdout"],
    // One file under just this name, and nothing on standard output beside it.
    ...(logFile === undefined ? [] : ([["simple-log"], ["no-stdout-log"]] as const)),
    ["new-log-timestamp"],
    ...(verbose ? [["verbose"] as const] : []),
  ];
}

/** libpq's key=value form. coturn 4.6 logs it as it is, hence no password. */
function connectionString({ host, port, database, user, sslMode, sslRootCert }: CoturnDatabase): string {
  for (const value of [host, database, user, sslRootCert ?? "none"]) {
    if (!/^[^\s'"\\=]+$/.test(value))
      throw new RangeError(`coturn cannot be told a database setting like ${JSON.stringify(value)}`);
  }
  const settings = [
    ["host", host],
    ["port", port],
    ["dbname", database],
    ["user", user],
    // 2 s is the shortest that libpq accepts.
    ["connect_timeout", 2],
    ["application_name", "coturn"],
    ...optional("sslmode", sslMode),
    ...optional("sslrootcert", sslRootCert),
  ];
  return settings.map((setting) => setting.join("=")).join(" ");
}

function checkRelayIps({ version, relayIps, listenIps, externalIp }: TurnserverConfig): void {
  for (const ip of [...listenIps, ...relayIps, ...(externalIp === undefined ? [] : [externalIp])]) {
    if (isIP(ip) === 0) throw new RangeError(`${JSON.stringify(ip)} is not an IP address`);
  }
  if (relayIps.some((ip) => isIPv6(ip)) && !isAtLeast(version, { major: 4, minor: 16, patch: 0 })) {
    throw new RangeError(
      "coturn before 4.16 compares IPv6 ranges wrongly (CVE-2026-27624): give it IPv4 relay addresses only",
    );
  }
}

function isLoopback(ip: string): boolean {
  return ip.startsWith("127.") || ip === "::1";
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
