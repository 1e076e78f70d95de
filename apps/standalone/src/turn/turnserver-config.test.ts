import { describe, expect, test } from "vitest";
import type { CoturnVersion } from "./coturn-version.ts";
import { turnserverConfig, type TurnserverConfig } from "./turnserver-config.ts";

const DEBIAN_12 = version("4.6.1");
const NEWEST = version("4.17.1");

const DATABASE = { host: "127.0.0.1", port: 5432, database: "postgres", user: "coturn_ro" };

const PRIVATE: TurnserverConfig = {
  version: DEBIAN_12,
  listenIps: ["127.0.0.1"],
  port: 3478,
  relayIps: ["127.0.0.2"],
  minPort: 49152,
  maxPort: 65535,
  realm: "roombridge",
  credentials: { users: DATABASE },
  cli: { port: 5766, passwordHash: "$5$7cb517698a3261eb$89c9b446" },
  pidFile: "/var/lib/roombridge/x-coturn/turnserver.pid",
};

const PUBLIC: TurnserverConfig = {
  version: NEWEST,
  listenIps: ["0.0.0.0", "::"],
  port: 3478,
  relayIps: ["172.20.0.5"],
  externalIp: "198.51.100.7",
  minPort: 49152,
  maxPort: 49252,
  realm: "example.org",
  credentials: {
    users: {
      host: "postgres",
      port: 5432,
      database: "roombridge",
      user: "coturn_ro",
      sslMode: "verify-full",
      sslRootCert: "system",
    },
  },
  userQuota: 32,
  totalQuota: 4000,
  maxBps: 500_000,
  bpsCapacity: 100_000_000,
  tls: { port: 5349, certFile: "/tls/cert.pem", keyFile: "/tls/key.pem" },
  pidFile: "/tmp/turnserver.pid",
  verbose: true,
};

test("the private instance of npm start on Debian's coturn", () => {
  expect(turnserverConfig(PRIVATE)).toMatchInlineSnapshot(`
    "listening-ip=127.0.0.1
    listening-port=3478
    relay-ip=127.0.0.2
    min-port=49152
    max-port=65535
    no-tcp-relay
    lt-cred-mech
    psql-userdb=host=127.0.0.1 port=5432 dbname=postgres user=coturn_ro connect_timeout=2 application_name=coturn
    realm=roombridge
    user-quota=64
    stale-nonce=600
    allow-loopback-peers
    no-multicast-peers
    allowed-peer-ip=127.0.0.2
    denied-peer-ip=0.0.0.0-0.255.255.255
    denied-peer-ip=10.0.0.0-10.255.255.255
    denied-peer-ip=100.64.0.0-100.127.255.255
    denied-peer-ip=127.0.0.0-127.255.255.255
    denied-peer-ip=169.254.0.0-169.254.255.255
    denied-peer-ip=172.16.0.0-172.31.255.255
    denied-peer-ip=192.0.0.0-192.0.0.255
    denied-peer-ip=192.0.2.0-192.0.2.255
    denied-peer-ip=192.88.99.0-192.88.99.255
    denied-peer-ip=192.168.0.0-192.168.255.255
    denied-peer-ip=198.18.0.0-198.19.255.255
    denied-peer-ip=198.51.100.0-198.51.100.255
    denied-peer-ip=203.0.113.0-203.0.113.255
    denied-peer-ip=240.0.0.0-255.255.255.255
    denied-peer-ip=::1-::ffff:ffff
    denied-peer-ip=64:ff9b::-64:ff9b::ffff:ffff
    denied-peer-ip=64:ff9b:1::-64:ff9b:1:ffff:ffff:ffff:ffff:ffff
    denied-peer-ip=::ffff:0.0.0.0-::ffff:255.255.255.255
    denied-peer-ip=2001::-2001:0:ffff:ffff:ffff:ffff:ffff:ffff
    denied-peer-ip=2002::-2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff
    denied-peer-ip=fc00::-fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff
    denied-peer-ip=fe80::-febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff
    denied-peer-ip=fec0::-feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff
    no-tls
    no-dtls
    fingerprint
    no-software-attribute
    no-rfc5780
    no-stun-backward-compatibility
    cli-ip=127.0.0.1
    cli-port=5766
    cli-password=$5$7cb517698a3261eb$89c9b446
    cli-max-output-sessions=100000
    pidfile=/var/lib/roombridge/x-coturn/turnserver.pid
    log-file=stdout
    new-log-timestamp
    "
  `);
});

test("an instance for the internet on the newest coturn", () => {
  expect(turnserverConfig(PUBLIC)).toMatchInlineSnapshot(`
    "listening-ip=0.0.0.0
    listening-ip=::
    listening-port=3478
    relay-ip=172.20.0.5
    external-ip=198.51.100.7/172.20.0.5
    min-port=49152
    max-port=49252
    no-tcp-relay
    lt-cred-mech
    psql-userdb=host=postgres port=5432 dbname=roombridge user=coturn_ro connect_timeout=2 application_name=coturn sslmode=verify-full sslrootcert=system
    realm=example.org
    user-quota=32
    total-quota=4000
    max-bps=500000
    bps-capacity=100000000
    stale-nonce=600
    stateless-nonce
    no-multicast-peers
    allowed-peer-ip=172.20.0.5
    allowed-peer-ip=198.51.100.7
    denied-peer-ip=0.0.0.0-0.255.255.255
    denied-peer-ip=10.0.0.0-10.255.255.255
    denied-peer-ip=100.64.0.0-100.127.255.255
    denied-peer-ip=127.0.0.0-127.255.255.255
    denied-peer-ip=169.254.0.0-169.254.255.255
    denied-peer-ip=172.16.0.0-172.31.255.255
    denied-peer-ip=192.0.0.0-192.0.0.255
    denied-peer-ip=192.0.2.0-192.0.2.255
    denied-peer-ip=192.88.99.0-192.88.99.255
    denied-peer-ip=192.168.0.0-192.168.255.255
    denied-peer-ip=198.18.0.0-198.19.255.255
    denied-peer-ip=198.51.100.0-198.51.100.255
    denied-peer-ip=203.0.113.0-203.0.113.255
    denied-peer-ip=240.0.0.0-255.255.255.255
    denied-peer-ip=::1-::ffff:ffff
    denied-peer-ip=64:ff9b::-64:ff9b::ffff:ffff
    denied-peer-ip=64:ff9b:1::-64:ff9b:1:ffff:ffff:ffff:ffff:ffff
    denied-peer-ip=::ffff:0.0.0.0-::ffff:255.255.255.255
    denied-peer-ip=2001::-2001:0:ffff:ffff:ffff:ffff:ffff:ffff
    denied-peer-ip=2002::-2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff
    denied-peer-ip=fc00::-fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff
    denied-peer-ip=fe80::-febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff
    denied-peer-ip=fec0::-feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff
    tls-listening-port=5349
    cert=/tls/cert.pem
    pkey=/tls/key.pem
    cipher-list=ECDHE+AESGCM:ECDHE+CHACHA20
    fingerprint
    unauthorized-ratelimit
    unauthorized-ratelimit-rps=100
    pidfile=/tmp/turnserver.pid
    log-file=stdout
    new-log-timestamp
    verbose
    "
  `);
});

describe("options that only some versions know, or know without being asked", () => {
  const OLD = ["no-tlsv1", "no-tlsv1_1", "no-stun-backward-compatibility", "no-software-attribute", "no-rfc5780"];
  const cli = { port: 5766, passwordHash: "$5$x" };

  test.each([
    ["4.6.0", [...OLD, "no-dtls"], ["cli", "unauthorized-ratelimit", "stateless-nonce"]],
    ["4.6.3", [...OLD, "no-dtls"], ["cli", "unauthorized-ratelimit", "stateless-nonce"]],
    ["4.7.0", ["no-dtls"], [...OLD, "cli", "unauthorized-ratelimit", "stateless-nonce"]],
    ["4.9.0", ["no-dtls"], [...OLD, "cli", "unauthorized-ratelimit", "stateless-nonce"]],
    ["4.10.0", ["no-dtls", "cli"], [...OLD, "unauthorized-ratelimit", "stateless-nonce"]],
    ["4.14.0", ["no-dtls", "cli", "unauthorized-ratelimit"], [...OLD, "stateless-nonce"]],
    ["4.16.0", ["no-dtls", "cli", "unauthorized-ratelimit", "stateless-nonce"], OLD],
    ["4.17.0", ["cli", "unauthorized-ratelimit", "stateless-nonce"], [...OLD, "no-dtls"]],
    ["5.0.0", ["cli", "unauthorized-ratelimit", "stateless-nonce"], [...OLD, "no-dtls"]],
  ])("%s gets %j and not %j", (text, present, absent) => {
    const options = turnserverConfig({ ...PUBLIC, cli, version: version(text) }).split("\n");
    expect(options).toEqual(expect.arrayContaining(["no-tcp-relay", "no-multicast-peers", "fingerprint", ...present]));
    for (const option of absent) expect(options).not.toContain(option);
  });

  test.each([
    ["4.6.1", true],
    ["4.9.0", true],
    ["4.10.0", false],
    ["4.17.1", false],
  ])("without a command line of ours %s is told so: %s", (text, isTold) => {
    const { cli: _, ...withoutCli } = { ...PRIVATE, version: version(text) };
    const options = turnserverConfig(withoutCli).split("\n");
    expect(options.includes("no-cli")).toBe(isTold);
    expect(options.join()).not.toContain("cli-");
  });
});

describe("what is never there, whatever is asked for", () => {
  // Each of them has had holes of its own; see the table in docs/turn.md.
  const NEVER =
    /^(?:oauth|web-admin|mobility|redis-|prometheus|acme-redirect|dtls|no-auth|server-relay|user=|stun-only)/m;

  test.each([
    ["private", PRIVATE],
    ["public", PUBLIC],
    ["public on 4.6.1", { ...PUBLIC, version: DEBIAN_12 }],
  ])("%s", (_, config) => {
    expect(turnserverConfig(config)).not.toMatch(NEVER);
  });
});

describe("credentials", () => {
  test.each([
    ["users in the database", { users: DATABASE }, ["lt-cred-mech", "psql-userdb"], ["use-auth-secret"]],
    ["secrets in the database", { secrets: DATABASE }, ["use-auth-secret", "psql-userdb"], ["lt-cred-mech"]],
    ["one secret", { secret: "s3cret" }, ["use-auth-secret", "static-auth-secret"], ["lt-cred-mech", "psql-userdb"]],
  ])("%s", (_, credentials, present, absent) => {
    const lines = turnserverConfig({ ...PRIVATE, credentials }).split("\n");
    const options = lines.map((line) => line.split("=")[0]);
    expect(options).toEqual(expect.arrayContaining(present));
    for (const option of absent) expect(options).not.toContain(option);
  });
});

describe("peers", () => {
  test.each([
    [["127.0.0.2"], true],
    [["::1"], true],
    [["192.0.2.7"], false],
    [["192.0.2.7", "127.0.0.2"], true],
  ])("relaying on %j, loopback peers in general are let to the deny list: %s", (relayIps, isLet) => {
    const options = turnserverConfig({ ...PRIVATE, version: NEWEST, relayIps }).split("\n");
    expect(options.includes("allow-loopback-peers")).toBe(isLet);
    expect(options).toContain("denied-peer-ip=127.0.0.0-127.255.255.255");
    for (const ip of relayIps) expect(options).toContain(`allowed-peer-ip=${ip}`);
  });

  test.each([
    ["one relay address is mapped", ["10.0.0.5"], "external-ip=198.51.100.7/10.0.0.5"],
    ["with several, coturn maps", ["10.0.0.5", "10.0.0.6"], "external-ip=198.51.100.7"],
  ])("behind NAT %s", (_, relayIps, line) => {
    const options = turnserverConfig({ ...PRIVATE, relayIps, externalIp: "198.51.100.7" }).split("\n");
    expect(options).toContain(line);
    expect(options).toContain("allowed-peer-ip=198.51.100.7");
  });

  test("peers that the operator names are allowed, and loopback ones only then let to the deny list", () => {
    const config = { ...PUBLIC, allowedPeers: ["10.1.2.3", "10.2.0.0-10.2.0.255"] };
    const options = turnserverConfig(config).split("\n");
    expect(options).toContain("allowed-peer-ip=10.1.2.3");
    expect(options).toContain("allowed-peer-ip=10.2.0.0-10.2.0.255");
    expect(options).not.toContain("allow-loopback-peers");
    expect(turnserverConfig({ ...config, allowedPeers: ["127.0.0.9"] })).toContain("allow-loopback-peers\n");
  });

  test("an IPv6 relay address is refused for a coturn that compares IPv6 ranges wrongly", () => {
    expect(() => turnserverConfig({ ...PRIVATE, relayIps: ["2a00::1"], version: version("4.15.9") })).toThrow("4.16");
    expect(turnserverConfig({ ...PRIVATE, relayIps: ["2a00::1"], version: version("4.16.0") })).toContain("2a00::1");
  });
});

test("the connection limit and the quota of the design hold without being asked for: 64 allocations per user", () => {
  expect(turnserverConfig(PRIVATE).split("\n")).toContain("user-quota=64");
});

test("a log file gets all lines under just its name", () => {
  const options = turnserverConfig({ ...PRIVATE, logFile: "/var/log/turn.log" }).split("\n");
  expect(options).toEqual(expect.arrayContaining(["log-file=/var/log/turn.log", "simple-log", "no-stdout-log"]));
});

describe("what the file cannot carry is refused", () => {
  test.each<[string, Partial<TurnserverConfig>]>([
    ["a second line in the realm", { realm: "x\nno-auth" }],
    ["an empty realm", { realm: "" }],
    ["a leading space", { realm: " x" }],
    ["a leading quote, which coturn strips", { realm: '"x"' }],
    ["a leading =, which coturn skips", { realm: "=x" }],
    ["a line that coturn would cut", { pidFile: `/${"x".repeat(1000)}` }],
    ["a second line in a path", { pidFile: "/tmp/x\nno-auth" }],
    ["a name for an address", { listenIps: ["localhost"] }],
    ["no address at all", { relayIps: ["::1\nno-auth"] }],
    ["nothing to listen on", { listenIps: [] }],
    ["nothing to relay from: coturn would choose, also IPv6", { relayIps: [] }],
    ["a wildcard to relay from", { relayIps: ["0.0.0.0"] }],
    ["a second line in an allowed peer", { allowedPeers: ["10.0.0.1\nno-auth"] }],
    ["a network instead of a range", { allowedPeers: ["10.0.0.0/8"] }],
    ["a range that ends before it begins", { allowedPeers: ["10.0.0.2-10.0.0.1"] }],
    ["a range from one family into the other", { allowedPeers: ["10.0.0.2-::1"] }],
    ["an address with a range", { externalIp: "1.2.3.4/5.6.7.8" }],
    [
      "a space in a database name, which would begin another setting",
      { credentials: { users: { ...DATABASE, database: "a b" } } },
    ],
    ["a password smuggled in with the user", { credentials: { secrets: { ...DATABASE, user: "u password=p" } } }],
    ["a second line in a secret", { credentials: { secret: "x\nno-auth" } }],
    ["an empty host", { credentials: { users: { ...DATABASE, host: "" } } }],
  ])("%s", (_, change) => {
    expect(() => turnserverConfig({ ...PRIVATE, ...change })).toThrow(RangeError);
  });
});

function version(text: string): CoturnVersion {
  const [major = 0, minor = 0, patch = 0] = text.split(".").map(Number);
  return { major, minor, patch };
}
