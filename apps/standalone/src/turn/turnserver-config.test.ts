import { describe, expect, test } from "vitest";
import type { CoturnVersion } from "./coturn-version.ts";
import { turnserverConfig, type TurnserverConfig } from "./turnserver-config.ts";

const DEBIAN_12 = version("4.6.1");
const NEWEST = version("4.17.1");

const PRIVATE: TurnserverConfig = {
  version: DEBIAN_12,
  listenIps: ["127.0.0.1"],
  port: 3478,
  relayIps: ["127.0.0.2"],
  minPort: 49152,
  maxPort: 65535,
  realm: "roombridge",
  database: { host: "127.0.0.1", port: 5432, database: "postgres", user: "coturn_ro" },
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
  database: {
    host: "postgres",
    port: 5432,
    database: "roombridge",
    user: "coturn_ro",
    sslMode: "verify-full",
    sslRootCert: "system",
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
    realm=roombridge
    psql-userdb=host=127.0.0.1 port=5432 dbname=postgres user=coturn_ro connect_timeout=2 application_name=coturn
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
    denied-peer-ip=::1
    denied-peer-ip=64:ff9b::-64:ff9b::ffff:ffff
    denied-peer-ip=::ffff:0.0.0.0-::ffff:255.255.255.255
    denied-peer-ip=2001::-2001:0:ffff:ffff:ffff:ffff:ffff:ffff
    denied-peer-ip=2002::-2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff
    denied-peer-ip=fc00::-fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff
    denied-peer-ip=fe80::-febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff
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
    realm=example.org
    psql-userdb=host=postgres port=5432 dbname=roombridge user=coturn_ro connect_timeout=2 application_name=coturn sslmode=verify-full sslrootcert=system
    user-quota=32
    total-quota=4000
    max-bps=500000
    bps-capacity=100000000
    stale-nonce=600
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
    denied-peer-ip=::1
    denied-peer-ip=64:ff9b::-64:ff9b::ffff:ffff
    denied-peer-ip=::ffff:0.0.0.0-::ffff:255.255.255.255
    denied-peer-ip=2001::-2001:0:ffff:ffff:ffff:ffff:ffff:ffff
    denied-peer-ip=2002::-2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff
    denied-peer-ip=fc00::-fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff
    denied-peer-ip=fe80::-febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff
    tls-listening-port=5349
    cert=/tls/cert.pem
    pkey=/tls/key.pem
    cipher-list=ECDHE+AESGCM:ECDHE+CHACHA20
    no-dtls
    fingerprint
    no-software-attribute
    no-rfc5780
    unauthorized-ratelimit
    unauthorized-ratelimit-rps=100
    no-cli
    pidfile=/tmp/turnserver.pid
    log-file=stdout
    new-log-timestamp
    verbose
    "
  `);
});

describe("options that only some versions know", () => {
  // no-tlsv1, no-tlsv1_1 and no-stun-backward-compatibility left in 4.7, cli came in 4.10, unauthorized-ratelimit in 4.14.
  const cli = { port: 5766, passwordHash: "$5$x" };
  const ALWAYS = [
    "no-dtls",
    "no-software-attribute",
    "no-rfc5780",
    "no-tcp-relay",
    "no-multicast-peers",
    "fingerprint",
  ];

  test.each([
    ["4.6.0", ["no-tlsv1", "no-tlsv1_1", "no-stun-backward-compatibility"], ["cli", "unauthorized-ratelimit"]],
    ["4.6.3", ["no-tlsv1", "no-tlsv1_1", "no-stun-backward-compatibility"], ["cli", "unauthorized-ratelimit"]],
    ["4.7.0", [], ["no-tlsv1", "no-tlsv1_1", "no-stun-backward-compatibility", "cli", "unauthorized-ratelimit"]],
    ["4.9.0", [], ["no-tlsv1", "no-tlsv1_1", "no-stun-backward-compatibility", "cli", "unauthorized-ratelimit"]],
    ["4.10.0", ["cli"], ["no-tlsv1", "no-tlsv1_1", "no-stun-backward-compatibility", "unauthorized-ratelimit"]],
    ["4.14.0", ["cli", "unauthorized-ratelimit"], ["no-tlsv1", "no-tlsv1_1", "no-stun-backward-compatibility"]],
    ["5.0.0", ["cli", "unauthorized-ratelimit"], ["no-tlsv1", "no-tlsv1_1", "no-stun-backward-compatibility"]],
  ])("%s gets %j and not %j", (text, present, absent) => {
    const options = turnserverConfig({ ...PUBLIC, cli, version: version(text) }).split("\n");
    expect(options).toEqual(expect.arrayContaining([...ALWAYS, ...present]));
    for (const option of absent) expect(options).not.toContain(option);
  });
});

describe("peers", () => {
  test.each([
    [["127.0.0.2"], true],
    [["::1"], true],
    [["192.0.2.7"], false],
    [["192.0.2.7", "127.0.0.2"], true],
    [[], false],
  ])("relaying on %j, loopback peers in general are let to the deny list: %s", (relayIps, isLet) => {
    const options = turnserverConfig({ ...PRIVATE, version: NEWEST, relayIps }).split("\n");
    expect(options.includes("allow-loopback-peers")).toBe(isLet);
    expect(options).toContain("denied-peer-ip=127.0.0.0-127.255.255.255");
    for (const ip of relayIps) expect(options).toContain(`allowed-peer-ip=${ip}`);
  });

  test.each([
    ["one relay address is mapped", ["10.0.0.5"], "external-ip=198.51.100.7/10.0.0.5"],
    ["with several, coturn maps", ["10.0.0.5", "10.0.0.6"], "external-ip=198.51.100.7"],
    ["with none, coturn maps", [], "external-ip=198.51.100.7"],
  ])("behind NAT %s", (_, relayIps, line) => {
    const options = turnserverConfig({ ...PRIVATE, relayIps, externalIp: "198.51.100.7" }).split("\n");
    expect(options).toContain(line);
    expect(options).toContain("allowed-peer-ip=198.51.100.7");
  });

  test("an IPv6 relay address is refused for a coturn that compares IPv6 ranges wrongly", () => {
    expect(() => turnserverConfig({ ...PRIVATE, relayIps: ["2a00::1"], version: version("4.15.9") })).toThrow("4.16");
    expect(turnserverConfig({ ...PRIVATE, relayIps: ["2a00::1"], version: version("4.16.0") })).toContain("2a00::1");
  });
});

test("the connection limit and the quota of the design hold without being asked for: 64 allocations per user", () => {
  expect(turnserverConfig(PRIVATE).split("\n")).toContain("user-quota=64");
});

test("without a command line it is switched off, also where it is on by default", () => {
  const { cli: _, ...withoutCli } = PRIVATE;
  expect(turnserverConfig(withoutCli).split("\n")).toContain("no-cli");
  expect(turnserverConfig(withoutCli)).not.toContain("cli-");
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
    ["an address with a range", { externalIp: "1.2.3.4/5.6.7.8" }],
    [
      "a space in a database name, which would begin another setting",
      { database: { ...PRIVATE.database, database: "a b" } },
    ],
    ["a password smuggled in with the user", { database: { ...PRIVATE.database, user: "u password=p" } }],
    ["an empty host", { database: { ...PRIVATE.database, host: "" } }],
  ])("%s", (_, change) => {
    expect(() => turnserverConfig({ ...PRIVATE, ...change })).toThrow(RangeError);
  });
});

function version(text: string): CoturnVersion {
  const [major = 0, minor = 0, patch = 0] = text.split(".").map(Number);
  return { major, minor, patch };
}
