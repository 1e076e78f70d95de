import type { HoldFacts, SessionFacts } from "@roombridge/rooms";
import { duration, type Finding, findingsOf } from "./finding.ts";

/** Transactions that are younger are not looked at. */
export const LONG_SECONDS = 60;
const FAIL_SECONDS = 900;

export function judgeHolds(facts: HoldFacts): Finding[] {
  const { findings, ok, warn, fail } = findingsOf("sessions");
  for (const session of facts.transactions) {
    const tell = session.seconds > FAIL_SECONDS ? fail : warn;
    tell(
      `${name(session)} has had a transaction open for ${duration(session.seconds)}, ${session.state}: events wait for it, and old rows stay`,
      `if it is not a dump that runs: select pg_terminate_backend(${session.pid})`,
    );
  }
  for (const gid of facts.prepared)
    fail(`the prepared transaction ${gid} is open: events wait for it`, "commit prepared or rollback prepared it");
  for (const slot of facts.idleSlots)
    warn(
      `nobody reads the replication slot ${slot}: it keeps WAL until the disk is full`,
      "start its reader, or drop it",
    );
  for (const session of facts.waiting) {
    const by = session.blockedBy.length === 0 ? "somebody" : `pid ${session.blockedBy.join(", ")}`;
    warn(`${name(session)} has been waiting for a lock for ${duration(session.seconds)}`, `${by} holds it`);
  }
  if (findings.length === 0) ok("no long transactions, nobody waits for a lock");
  return findings;
}

function name({ pid, applicationName, database }: SessionFacts): string {
  return `${applicationName === "" ? "a session" : applicationName} (pid ${pid}${database === "" ? "" : `, ${database}`})`;
}

/** `url`: by which name the operator knows the way that was tried. */
export function judgeNotifications(isHeard: boolean, url: string): Finding[] {
  const { findings, ok, fail } = findingsOf("notify");
  if (isHeard) ok(`notifications come through ${url}`);
  else
    fail(
      `no notification comes through ${url}: game servers start, and relays cut, up to 2 s late`,
      "set DATABASE_DIRECT_URL to the server itself, past a pooler of transactions",
    );
  return findings;
}
