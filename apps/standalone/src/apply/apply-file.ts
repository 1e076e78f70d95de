import {
  declareOrganization,
  findDeclared,
  lockDeclarations,
  openDatabase,
  RoomError,
  type Database,
  type Declared,
} from "@roombridge/rooms";
import { fileProblems, type LocatedOperatorFile } from "@roombridge/service";
import { ORGANIZATION } from "../demo.ts";
import { planApplications } from "./plan-applications.ts";
import { planTokens } from "./plan-tokens.ts";
import { readSecretFiles, type Filed } from "./secret-files.ts";

/** What an application of the operator's file came to, in lines for the operator. */
export interface Applied {
  /** What was done, or would be. */
  readonly changes: readonly string[];
  /** What is there and not in the file; it stays. */
  readonly unnamed: readonly string[];
  /** What could not be done yet, and why. */
  readonly open: readonly string[];
}

export interface ApplyOptions {
  readonly databaseUrl: string;
  /** The path of the file, for messages. */
  readonly file: string;
  readonly dryRun?: boolean;
}

/**
 * Makes the database say what the operator's file says: only what it names is created or changed, and nothing deleted. Safe to
 * repeat and to run twice at once. Throws one Error with all problems of the file before anything has changed.
 */
export async function applyFile(
  operator: LocatedOperatorFile,
  { databaseUrl, file, dryRun = false }: ApplyOptions,
): Promise<Applied> {
  const filed = readSecretFiles(operator);
  if (filed.problems.length > 0) throw fileProblems(file, filed.problems);
  const { orgId } = ORGANIZATION;
  // One connection: the lock belongs to it.
  const database = openDatabase({ url: databaseUrl, applicationName: "roombridge apply", maxConnections: 1 });
  try {
    await lockDeclarations(database);
    const found = await findDeclared(database, {
      orgId,
      appIds: filed.applications.map(({ appId }) => appId),
      tokenHashes: filed.tokens.map(({ tokenHash }) => tokenHash),
    });
    const applications = planApplications(filed.applications, found, orgId);
    const tokens = planTokens(filed.tokens, found, orgId);
    const problems = [...applications.problems, ...tokens.problems];
    if (problems.length > 0) throw fileProblems(file, problems);
    const changes = [...applications.changes, ...tokens.changes];
    const unnamed = unnamedIn(filed, found, orgId);
    if (dryRun) return { changes: changes.map(({ what }) => what), unnamed, open: tokens.notes };
    if (changes.length > 0) await declareOrganization(database, ORGANIZATION);
    return { ...(await makeAll(database, changes, tokens.notes)), unnamed };
  } finally {
    await database.close();
  }
}

async function makeAll(
  database: Database,
  changes: ReturnType<typeof planTokens>["changes"],
  notes: readonly string[],
): Promise<Pick<Applied, "changes" | "open">> {
  const done: string[] = [];
  const open = [...notes];
  for (const { what, make } of changes) {
    try {
      await make(database);
      done.push(what);
    } catch (error) {
      // A host brings its certificate with it, and may be started after this.
      if (!RoomError.isInstance(error) || error.code !== "no_certificate") throw error;
      open.push(`${what}: not yet: ${error.message}`);
    }
  }
  return { changes: done, open };
}

function unnamedIn({ applications, tokens }: Filed, found: Declared, orgId: string): string[] {
  const others = found.applications.filter(
    (one) => one.orgId === orgId && one.deletedAt === null && !applications.some(({ appId }) => appId === one.appId),
  );
  const otherTokens = found.tokens.filter(
    (one) =>
      one.orgId === orgId && one.revokedAt === null && !tokens.some(({ tokenHash }) => tokenHash.equals(one.tokenHash)),
  );
  return [
    ...others.map(({ appId, appName }) => `application ${appId} (${appName})`),
    ...otherTokens.map(({ orgTokenId, name }) => `token ${orgTokenId} (${name})`),
  ];
}
