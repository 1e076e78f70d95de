import {
  countCredentialsByKey,
  hearsNotifications,
  openDatabase,
  readBacklogFacts,
  readClock,
  readHoldFacts,
  readHostingFacts,
  readRelayFacts,
  readRoleFacts,
  readSchemaState,
  readSecretFacts,
  readServerFacts,
  type Database,
} from "@roombridge/rooms";
import { explainError } from "../explain-error.ts";
import { askGateway } from "./ask-gateway.ts";
import { type Finding, findingsOf } from "./finding.ts";
import { judgeBacklog } from "./judge-backlog.ts";
import { judgeCertificate } from "./judge-certificate.ts";
import { judgeHosting } from "./judge-hosting.ts";
import { judgeKeys, judgeRelays } from "./judge-relays.ts";
import { judgeRole } from "./judge-role.ts";
import { judgeSecrets } from "./judge-secrets.ts";
import { judgeClock, judgeSchema, judgeServer } from "./judge-server.ts";
import { judgeHolds, judgeNotifications, LONG_SECONDS } from "./judge-sessions.ts";

export interface Examination {
  /** As the gateways reach it, perhaps through a pooler. */
  readonly databaseUrl: string;
  /** As hosts and turn-agents reach it. */
  readonly directUrl: string;
  /** The role of coturn. */
  readonly role: string;
  /** The ids of TURN_CREDENTIAL_KEYS, if they are known. */
  readonly keys: readonly string[] | undefined;
  /** Of TURN_MODE=rest; undefined in the other mode, and when the doctor was not told. */
  readonly rest: { readonly realm: string; readonly secret: string | undefined } | undefined;
  /** Gateways to be asked whether they are ready. */
  readonly gateways: readonly URL[];
  /** Certificates by the name that the operator knows them under. */
  readonly certificates: ReadonlyMap<string, string>;
}

/** Looks at everything and changes nothing. What cannot be looked at is a finding of its own. */
export async function examine(examination: Examination): Promise<Finding[]> {
  const { databaseUrl, certificates, gateways } = examination;
  const database = openDatabase({ url: databaseUrl, applicationName: "roombridge doctor", maxConnections: 1 });
  try {
    return [
      ...(await examineDatabase(database, examination)),
      ...(await Promise.all(gateways.map(askGateway))).flat(),
      ...[...certificates].flatMap(([name, file]) => judgeCertificate(name, file, new Date())),
    ];
  } finally {
    await database.close();
  }
}

async function examineDatabase(database: Database, examination: Examination): Promise<Finding[]> {
  const { databaseUrl, directUrl, role, keys, rest } = examination;
  const server = await attempt("database", async () => judgeServer(await readServerFacts(database)));
  // Without a server, or without tables, there is nothing else to look at.
  if (server.some(({ message }) => message.startsWith(CANNOT))) return server;
  const first = [...server, ...(await attempt("clock", async () => judgeClock(await compareClocks(database))))];
  const schema = await attempt("schema", async () => judgeSchema(await readSchemaState(database)));
  if (schema.some(({ level }) => level === "fail")) return [...first, ...schema];
  const way = directUrl === databaseUrl ? "DATABASE_URL" : "DATABASE_DIRECT_URL";
  return [
    ...first,
    ...schema,
    ...(await attempt("sessions", async () => judgeHolds(await readHoldFacts(database, LONG_SECONDS)))),
    ...(await attempt("notify", async () => judgeNotifications(await hearsNotifications(directUrl), way))),
    ...(await attempt("coturn", async () => judgeRole(role, await readRoleFacts(database, role)))),
    ...(await attempt("hosts", async () => judgeHosting(await readHostingFacts(database)))),
    ...(await attempt("housekeeping", async () => judgeBacklog(await readBacklogFacts(database)))),
    ...(await attempt("relays", async () => judgeRelays(await readRelayFacts(database)))),
    ...(await attempt("keys", async () => judgeKeys(await countCredentialsByKey(database), keys))),
    ...(rest ? await attempt("secrets", async () => judgeSecrets(await readRestFacts(database, rest))) : []),
  ];
}

async function readRestFacts(database: Database, { realm, secret }: NonNullable<Examination["rest"]>) {
  return { realm, fixedCharacters: secret?.length, stored: await readSecretFacts(database, realm, secret) };
}

const CANNOT = "cannot be looked at";

async function attempt(check: string, look: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await look();
  } catch (error) {
    const { findings, fail } = findingsOf(check);
    fail(`${CANNOT}: ${explainError(error)}`, "see to that first, then run the doctor again");
    return findings;
  }
}

/** The middle of the question's time is taken for the moment of the answer. */
async function compareClocks(database: Database): Promise<{ aheadMs: number; errorMs: number }> {
  const asked = Date.now();
  const theirs = await readClock(database);
  const errorMs = (Date.now() - asked) / 2;
  return { aheadMs: theirs - (asked + errorMs), errorMs };
}
