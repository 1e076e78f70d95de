import type { RoleFacts } from "@roombridge/rooms";
import { type Finding, findingsOf } from "./finding.ts";

const LONGEST_STATEMENT_MS = 2_000;
const BUSY = 0.8;

export function judgeRole(role: string, facts: RoleFacts | undefined): Finding[] {
  const { findings, ok, warn, fail } = findingsOf("coturn");
  const again = "run roombridge db coturn-access";
  if (!facts) {
    ok(`there is no role ${role}: no relay reads this database (--role, if it has another name)`);
    return findings;
  }
  if (!facts.canLogIn) fail(`${role} may not log in`, again);
  if (facts.attributes.length > 0)
    fail(`${role} is ${facts.attributes.join(", ")}`, `alter role ${role} no${facts.attributes.join(" no")}`);
  if (facts.memberships.length > 0)
    fail(
      `${role} has the rights of ${facts.memberships.join(", ")}`,
      `revoke ${facts.memberships.join(", ")} from ${role}`,
    );
  if (facts.excessive.length > 0)
    fail(
      `${role} may read or change ${facts.excessive.join(", ")}`,
      "revoke that: a relay on the internet holds its password",
    );
  if (facts.unreadable.length > 0) fail(`${role} cannot read ${facts.unreadable.join(", ")} of schema coturn`, again);
  if (!facts.isReadOnly) warn(`${role} is not read-only by default`, again);
  if (facts.statementTimeoutMs === 0 || facts.statementTimeoutMs > LONGEST_STATEMENT_MS)
    warn(`${role} has no statement_timeout of some 500 ms: a relay that waits answers nobody`, again);
  if (facts.connectionLimit > 0 && facts.connections > facts.connectionLimit * BUSY)
    warn(
      `${role} has ${facts.connections} of ${facts.connectionLimit} connections`,
      `${again} --connections with more`,
    );
  if (findings.length === 0) ok(`${role} reads its views and nothing else`);
  return findings;
}
