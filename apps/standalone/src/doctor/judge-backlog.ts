import type { BacklogFacts } from "@roombridge/rooms";
import { duration, type Finding, findingsOf } from "./finding.ts";

/** A round comes every few seconds; many rows may take several. */
const LATE_SECONDS = 600;

export function judgeBacklog({ hasHolder, overdue, eventsAreAhead }: BacklogFacts): Finding[] {
  const { findings, ok, warn, fail } = findingsOf("housekeeping");
  if (!hasHolder)
    fail("nobody does the housekeeping: rooms do not expire, lost game servers are not noticed", "start a host");
  const late = overdue.filter(({ seconds }) => seconds > LATE_SECONDS);
  for (const { what, seconds } of late)
    warn(`${what} have been waiting for ${duration(seconds)}`, "look for errors in the log of the host that does it");
  if (hasHolder && late.length === 0) ok("done by a host, nothing is late");
  if (eventsAreAhead)
    fail(
      "events bear transaction ids that this server has not reached: readers wait for it to get there",
      "after a restore with pg_restore, run roombridge db after-restore",
    );
  return findings;
}
