import { isDeepStrictEqual } from "node:util";
import { changeToken, declareToken, newUuid, type Declared, type DeclaredTokenRow } from "@roombridge/rooms";
import type { Change } from "./change.ts";
import type { FiledToken } from "./secret-files.ts";

/** `createdBy` of tokens that the operator's file declares. */
const CREATED_BY = "ROOMBRIDGE_CONFIG";

interface TokenPlan {
  readonly changes: Change[];
  readonly problems: string[];
  /** What is as it is and perhaps not as meant. */
  readonly notes: string[];
}

/** What must be done for the tokens of the file; `problems` when that cannot be. */
export function planTokens(filed: readonly FiledToken[], { tokens }: Declared, orgId: string): TokenPlan {
  const plan: TokenPlan = { changes: [], problems: [], notes: [] };
  for (const [index, token] of filed.entries()) {
    const path = `tokens.${index}`;
    const found = tokens.find(({ tokenHash }) => token.tokenHash.equals(tokenHash));
    const isFiled = ({ tokenHash }: DeclaredTokenRow) => filed.some((other) => other.tokenHash.equals(tokenHash));
    const namesake = tokens.find(
      (one) => one.name === token.name && one.orgId === orgId && one.revokedAt === null && one !== found,
    );
    if (found && found.orgId !== orgId) plan.problems.push(`${path}: another organisation has this token`);
    else if (found?.revokedAt)
      plan.notes.push(`token ${token.name}: it was revoked and stays so; give it another secret`);
    else if (namesake && namesake.createdBy !== CREATED_BY && !isFiled(namesake))
      plan.problems.push(`${path}.name: token ${namesake.orgTokenId}, which the file did not make, has this name`);
    else {
      // A secret that was replaced in the file ends with that, and only then is its name free.
      if (namesake && !isFiled(namesake)) plan.changes.push(revocation(namesake));
      plan.changes.push(...(found ? changesOf(token, found) : [creation(token, orgId)]));
    }
  }
  return plan;
}

function revocation({ orgTokenId, name }: DeclaredTokenRow): Change {
  return {
    what: `token ${name}: ${orgTokenId} revoked, its secret was replaced`,
    make: (database) => changeToken(database, orgTokenId, { isRevoked: true }),
  };
}

function creation({ name, scopes, tokenHash, lastFour }: FiledToken, orgId: string): Change {
  const token = { orgTokenId: `org-token-${newUuid()}`, orgId, name, tokenHash, lastFour, createdBy: CREATED_BY };
  return {
    what: `token ${name}: created with ${describeScopes(scopes)}`,
    make: (database) => declareToken(database, { ...token, scopes: toColumn(scopes) }),
  };
}

function changesOf({ name, scopes }: FiledToken, found: DeclaredTokenRow): Change[] {
  const { orgTokenId } = found;
  const column = toColumn(scopes);
  const renaming = {
    what: `token ${name}: was called ${found.name}`,
    make: (database) => changeToken(database, orgTokenId, { name }),
  } satisfies Change;
  const limiting = {
    what: `token ${name}: now with ${describeScopes(scopes)}`,
    make: (database) => changeToken(database, orgTokenId, { scopes: column }),
  } satisfies Change;
  const hasScopes = isDeepStrictEqual(found.scopes?.toSorted() ?? null, column?.toSorted() ?? null);
  return [...(found.name === name ? [] : [renaming]), ...(hasScopes ? [] : [limiting])];
}

function toColumn(scopes: FiledToken["scopes"]): string[] | null {
  return scopes === "admin" ? null : [...new Set(scopes)];
}

function describeScopes(scopes: FiledToken["scopes"]): string {
  if (scopes === "admin") return "admin";
  return scopes.length === 0 ? "no scope" : scopes.join(", ");
}
