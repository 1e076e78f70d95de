import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { HostFacts, HostingFacts, RelayFacts, RoleFacts, ServerFacts } from "@roombridge/rooms";
import { describe, expect, test } from "vitest";
import { selfSigned } from "../../test/self-signed.ts";
import { temporaryDirectory } from "../../test/temporary-directory.ts";
import { duration, type Finding } from "./finding.ts";
import { judgeBacklog } from "./judge-backlog.ts";
import { judgeCertificate } from "./judge-certificate.ts";
import { judgeHosting } from "./judge-hosting.ts";
import { judgeKeys, judgeRelays } from "./judge-relays.ts";
import { judgeRole } from "./judge-role.ts";
import { judgeSecrets } from "./judge-secrets.ts";
import { judgeClock, judgeSchema, judgeServer } from "./judge-server.ts";
import { judgeHolds, judgeNotifications } from "./judge-sessions.ts";

const SERVER: ServerFacts = {
  version: "18.1",
  versionNumber: 180_001,
  isReplica: false,
  durabilityOff: [],
  connections: 10,
  maxConnections: 97,
  statementTimeoutMs: 15_000,
  lockTimeoutMs: 0,
  isolation: "read committed",
  frozenAge: 1_000,
};
const HOLDS = { transactions: [], prepared: [], idleSlots: [], waiting: [] };
const SESSION = { pid: 7, database: "db", applicationName: "psql", state: "idle in transaction", seconds: 100 };
const ROLE: RoleFacts = {
  canLogIn: true,
  attributes: [],
  memberships: [],
  unreadable: [],
  excessive: [],
  isReadOnly: true,
  statementTimeoutMs: 500,
  connectionLimit: 50,
  connections: 4,
};
const HOST: HostFacts = {
  hostId: "host-1",
  provider: "local",
  regions: ["Tokyo"],
  maxProcesses: 10,
  processes: 3,
  rooms: 7,
  isAlive: true,
  isDrained: false,
  isRetired: false,
  silentSeconds: 1,
};
const HOSTING: HostingFacts = {
  hosts: [HOST],
  staticServers: 0,
  usedRegions: ["Tokyo"],
  stoppedPools: [],
  unclaimed: 0,
  unscheduledRooms: 0,
  deployments: 1,
};
const RELAY: RelayFacts = {
  serverId: "relay-1",
  realm: "roombridge",
  version: "4.6",
  sessions: 3,
  isDraining: false,
  isHealthy: true,
  isRetired: false,
  silentSeconds: 2,
};
const BACKLOG = { hasHolder: true, overdue: [], eventsAreAhead: false };
const SECRET = { characters: 43, hasBegun: true, secondsLeft: undefined, isKnown: false };
const REST = { realm: "r", fixedCharacters: undefined, stored: [SECRET] };
const counts = new Map([["k1", 3]]);

test.each<[string, Finding[]]>([
  ["database", judgeServer(SERVER)],
  ["schema", judgeSchema("same")],
  ["clock", judgeClock({ aheadMs: 900, errorMs: 1 })],
  ["a slow answer about the clock", judgeClock({ aheadMs: 2_000, errorMs: 1_500 })],
  ["sessions", judgeHolds(HOLDS)],
  ["notify", judgeNotifications(true, "DATABASE_URL")],
  ["coturn", judgeRole("coturn_ro", ROLE)],
  ["no role of coturn", judgeRole("coturn_ro", undefined)],
  ["hosts", judgeHosting(HOSTING)],
  ["game servers of others alone", judgeHosting({ ...HOSTING, hosts: [], staticServers: 2 })],
  [
    "a host that said good-bye",
    judgeHosting({ ...HOSTING, hosts: [HOST, { ...HOST, isAlive: false, isRetired: true }] }),
  ],
  ["relays", judgeRelays([RELAY])],
  ["no relays", judgeRelays([])],
  ["keys", judgeKeys(counts, ["k1"])],
  ["a shared secret", judgeSecrets(REST)],
  [
    "a shared secret that is about to follow",
    judgeSecrets({
      ...REST,
      stored: [
        { ...SECRET, hasBegun: false },
        { ...SECRET, secondsLeft: 60 },
      ],
    }),
  ],
  ["a fixed secret", judgeSecrets({ ...REST, fixedCharacters: 40, stored: [] })],
  [
    "a fixed secret that the database has",
    judgeSecrets({ ...REST, fixedCharacters: 40, stored: [{ ...SECRET, isKnown: true }] }),
  ],
  [
    "a drained host beside another",
    judgeHosting({ ...HOSTING, hosts: [HOST, { ...HOST, hostId: "b", isDrained: true, maxProcesses: 0 }] }),
  ],
  ["keys that nobody told", judgeKeys(counts, undefined)],
  ["housekeeping", judgeBacklog({ ...BACKLOG, overdue: [{ what: "events", seconds: 20 }] })],
])("%s in order need no advice", (_, findings) => {
  expect(findings.length).toBeGreaterThan(0);
  for (const { level, advice } of findings) expect([level, advice]).toEqual(["ok", undefined]);
});

const silent = { ...HOST, hostId: "host-2", isAlive: false, silentSeconds: 600 };

test.each<[Finding[], Finding["level"], RegExp]>([
  [judgeServer({ ...SERVER, versionNumber: 140_010 }), "fail", /18\.1/],
  [judgeServer({ ...SERVER, isReplica: true }), "fail", /standby/],
  [judgeServer({ ...SERVER, durabilityOff: ["fsync"] }), "fail", /fsync is off/],
  [judgeServer({ ...SERVER, durabilityOff: ["synchronous_commit"] }), "warn", /synchronous_commit is off/],
  [judgeServer({ ...SERVER, connections: 90 }), "warn", /90 of 97 connections/],
  [judgeServer({ ...SERVER, statementTimeoutMs: 0 }), "warn", /statement_timeout is 0 ms/],
  [judgeServer({ ...SERVER, lockTimeoutMs: 100 }), "warn", /lock_timeout is 100 ms/],
  [judgeServer({ ...SERVER, isolation: "serializable" }), "fail", /serializable/],
  [judgeServer({ ...SERVER, frozenAge: 1_500_000_000 }), "warn", /frozen/],
  [judgeServer({ ...SERVER, frozenAge: 1_900_000_000 }), "fail", /frozen/],
  [judgeSchema("missing"), "fail", /no schema/],
  [judgeSchema("older"), "fail", /older/],
  [judgeSchema("newer"), "warn", /newer/],
  [judgeClock({ aheadMs: -5_000, errorMs: 1 }), "warn", /5 s behind/],
  [judgeClock({ aheadMs: 3_600_000, errorMs: 1 }), "fail", /60 min ahead of/],
  [judgeHolds({ ...HOLDS, transactions: [SESSION] }), "warn", /psql \(pid 7, db\).*100 s.*idle in transaction/],
  [judgeHolds({ ...HOLDS, transactions: [{ ...SESSION, seconds: 4_000 }] }), "fail", /67 min/],
  [judgeHolds({ ...HOLDS, prepared: ["tx-1"] }), "fail", /tx-1/],
  [judgeHolds({ ...HOLDS, idleSlots: ["old"] }), "warn", /slot old/],
  [judgeHolds({ ...HOLDS, waiting: [{ ...SESSION, blockedBy: [8] }] }), "warn", /waiting for a lock/],
  [judgeNotifications(false, "DATABASE_URL"), "fail", /DATABASE_URL/],
  [judgeRole("r", { ...ROLE, canLogIn: false }), "fail", /may not log in/],
  [judgeRole("r", { ...ROLE, attributes: ["superuser", "createdb"] }), "fail", /superuser, createdb/],
  [judgeRole("r", { ...ROLE, memberships: ["owner"] }), "fail", /rights of owner/],
  [judgeRole("r", { ...ROLE, excessive: ["public.rooms"] }), "fail", /public\.rooms/],
  [judgeRole("r", { ...ROLE, unreadable: ["turnusers_lt"] }), "fail", /turnusers_lt/],
  [judgeRole("r", { ...ROLE, isReadOnly: false }), "warn", /read-only/],
  [judgeRole("r", { ...ROLE, statementTimeoutMs: 0 }), "warn", /statement_timeout/],
  [judgeRole("r", { ...ROLE, connections: 48 }), "warn", /48 of 50/],
  [judgeHosting({ ...HOSTING, hosts: [] }), "fail", /429/],
  [judgeHosting({ ...HOSTING, hosts: [], deployments: 0 }), "warn", /no host/],
  [judgeHosting({ ...HOSTING, hosts: [{ ...HOST, isDrained: true }] }), "fail", /every host is drained/],
  [judgeSecrets({ ...REST, stored: [] }), "fail", /no shared secret/],
  [judgeSecrets({ ...REST, stored: [{ ...SECRET, hasBegun: false }] }), "fail", /no shared secret/],
  [judgeSecrets({ ...REST, stored: [{ ...SECRET, characters: 16 }] }), "warn", /of 16 characters/],
  [judgeSecrets({ ...REST, stored: [{ ...SECRET, secondsLeft: 3_600 }] }), "warn", /ends in 60 min/],
  [judgeSecrets({ ...REST, fixedCharacters: 43 }), "warn", /none of the secrets of realm r/],
  [judgeSecrets({ ...REST, fixedCharacters: 20, stored: [] }), "warn", /of 20 characters/],
  [judgeHosting({ ...HOSTING, hosts: [HOST, silent] }), "warn", /host-2 has been silent for 10 min; 3 game servers/],
  [judgeHosting({ ...HOSTING, usedRegions: ["Seattle"] }), "warn", /Seattle/],
  [judgeHosting({ ...HOSTING, hosts: [{ ...HOST, processes: 9 }] }), "warn", /Tokyo: 9 of 10/],
  [
    judgeHosting({
      ...HOSTING,
      stoppedPools: [{ appId: "app-1", region: "Tokyo", startFailures: 5, detail: "no such file" }],
    }),
    "fail",
    /app-1 in Tokyo: 5 starts.*no such file/,
  ],
  [judgeHosting({ ...HOSTING, unclaimed: 2 }), "warn", /2 game servers/],
  [judgeRelays([{ ...RELAY, silentSeconds: 100 }, RELAY]), "warn", /silent for 100 s/],
  [judgeRelays([{ ...RELAY, isHealthy: false }, RELAY]), "warn", /test allocation/],
  [judgeRelays([{ ...RELAY, isDraining: true }]), "fail", /no relay takes new clients/],
  [judgeKeys(counts, ["k2"]), "fail", /3 live credentials.*k1/],
  [judgeBacklog({ ...BACKLOG, hasHolder: false }), "fail", /nobody/],
  [judgeBacklog({ ...BACKLOG, overdue: [{ what: "events", seconds: 7_300 }] }), "warn", /events.*2 h/],
  [judgeBacklog({ ...BACKLOG, eventsAreAhead: true }), "fail", /transaction ids/],
])("what is wrong is told with advice: %#", (findings, level, message) => {
  expect(findings).toContainEqual({
    level,
    check: expect.stringMatching(/^[a-z]+$/),
    message: expect.stringMatching(message),
    advice: expect.stringMatching(/.{5}/),
  });
});

describe("a certificate", () => {
  test.each([
    // Not this very moment: the certificate is made later than this table.
    [new Date(Date.now() + 3_600_000), "warn", /expires in \d+ (?:d|h)/],
    [new Date("2100-01-01"), "fail", /has expired/],
    [new Date("2000-01-01"), "fail", /not valid before/],
  ])("is judged by its time", (now, level, message) => {
    expect(judgeCertificate("X_FILE", selfSigned(temporaryDirectory()).certFile, now)).toMatchObject([
      { level, check: "certificates", message: expect.stringMatching(message) },
    ]);
  });

  test.each([
    ["absent", undefined],
    ["something else", "hello"],
  ])("that is %s fails", (_, content) => {
    const file = join(temporaryDirectory(), "cert.pem");
    if (content !== undefined) writeFileSync(file, content);
    expect(judgeCertificate("X_FILE", file, new Date())).toMatchObject([{ level: "fail" }]);
  });
});

test.each([
  [5, "5 s"],
  [600, "10 min"],
  [10_000, "3 h"],
  [864_000, "10 d"],
])("%d seconds are told as %s", (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});
