import type { SchemaState, ServerFacts } from "@roombridge/rooms";
import { duration, type Finding, findingsOf } from "./finding.ts";

const OLDEST_VERSION = 150_000;
/** What the apps ask for when they connect. */
const STATEMENT_TIMEOUT_MS = 15_000;
/** A create may have to wait for another one's transaction. */
const SHORTEST_LOCK_TIMEOUT_MS = 2_000;
const BUSY = 0.8;
/** The server warns by itself 40 million before the end, at 2^31. */
const FROZEN_AGE = { warn: 1_000_000_000, fail: 1_800_000_000 };

export function judgeServer(facts: ServerFacts): Finding[] {
  const { findings, ok, warn, fail } = findingsOf("database");
  if (facts.versionNumber < OLDEST_VERSION) fail(`PostgreSQL ${facts.version}`, "move to PostgreSQL 15 or newer");
  else ok(`PostgreSQL ${facts.version}`);
  if (facts.isReplica) fail("this is a standby, which takes no writes", "point DATABASE_URL at the primary");
  for (const setting of facts.durabilityOff) {
    const tell = setting === "synchronous_commit" ? warn : fail;
    tell(`${setting} is off: a crash may lose rooms that were acknowledged`, `set ${setting} = on`);
  }
  const share = facts.connections / facts.maxConnections;
  const use = `${facts.connections} of ${facts.maxConnections} connections`;
  if (share > BUSY) warn(`${use} are taken`, "raise max_connections, run fewer gateways, or put a pooler in front");
  else ok(use);
  if (facts.statementTimeoutMs !== STATEMENT_TIMEOUT_MS) {
    warn(
      `statement_timeout is ${facts.statementTimeoutMs} ms in our sessions, not the ${STATEMENT_TIMEOUT_MS} ms that they ask for`,
      "let the pooler pass startup parameters on, or set it for the role (alter role … set statement_timeout)",
    );
  }
  if (facts.lockTimeoutMs > 0 && facts.lockTimeoutMs < SHORTEST_LOCK_TIMEOUT_MS)
    warn(
      `lock_timeout is ${facts.lockTimeoutMs} ms`,
      "unset it for the role: creates that wait for each other would fail",
    );
  if (facts.isolation !== "read committed")
    fail(
      `transactions are ${facts.isolation} by default`,
      "unset default_transaction_isolation for the role and the database",
    );
  if (facts.frozenAge > FROZEN_AGE.warn) {
    const tell = facts.frozenAge > FROZEN_AGE.fail ? fail : warn;
    tell(
      `the database was last frozen ${facts.frozenAge} transactions ago`,
      "find what holds vacuum back (sessions below), then vacuum freeze",
    );
  }
  return findings;
}

const MIGRATE = "run roombridge migrate of the release that shall run";

export function judgeSchema(state: SchemaState): Finding[] {
  const { findings, ok, warn, fail } = findingsOf("schema");
  if (state === "missing") fail("there is no schema", MIGRATE);
  if (state === "older") fail("the schema is older than this release, whose apps will not start", MIGRATE);
  if (state === "newer")
    warn("the schema is newer than this release", "fine while a rolling upgrade lasts; else use the newer roombridge");
  if (state === "same") ok("as this release wants it");
  return findings;
}

const CLOCK_MS = { warn: 1_000, fail: 30_000 };

/** `aheadMs`: how far the database's clock is ahead of ours; not known better than `errorMs`. */
export function judgeClock({ aheadMs, errorMs }: { readonly aheadMs: number; readonly errorMs: number }): Finding[] {
  const { findings, ok, warn, fail } = findingsOf("clock");
  const off = Math.max(0, Math.abs(aheadMs) - errorMs);
  const text = `the database's clock is ${duration(Math.abs(aheadMs) / 1_000)} ${aheadMs < 0 ? "behind" : "ahead of"} this machine's`;
  const advice = "run NTP on both: expiry follows the database, players' tokens and TLS follow the machines";
  if (off > CLOCK_MS.fail) fail(text, advice);
  else if (off > CLOCK_MS.warn) warn(text, advice);
  else ok("the database and this machine agree");
  return findings;
}
