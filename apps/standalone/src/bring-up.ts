import { join } from "node:path";
import { migrate, openDatabase } from "@roombridge/rooms";
import { readOperatorFile, type LocatedOperatorFile, type Logger } from "@roombridge/service";
import { formatAddress, localAddress, turnUris } from "./addresses.ts";
import { applyAtStart } from "./apply/apply-at-start.ts";
import type { DataDirectory } from "./data-directory.ts";
import { databasePart } from "./database-part.ts";
import { declareAccess, declareDemoDeployment, DEMO_LOGINS } from "./demo.ts";
import { DEFAULT_APP_ID, type StartEnv } from "./env.ts";
import { writeHostConfig } from "./host-config.ts";
import { appParts, turnAgentPart } from "./parts.ts";
import { checkPorts } from "./ports.ts";
import { keepSecrets, type Secrets } from "./secrets.ts";
import { startTurn } from "./start-turn.ts";
import type { Supervisor } from "./supervisor.ts";
import type { RunningTurn } from "./turn-part.ts";
import { writePrivate } from "./write-private.ts";

/** After a killed start its gateway and rtc notice the end and let go of their ports by themselves. */
const LEFTOVER_PORTS_MS = 15_000;

/** What a start works with. */
export interface Start {
  readonly env: StartEnv;
  readonly variables: NodeJS.ProcessEnv;
  readonly directory: DataDirectory;
  readonly supervisor: Supervisor;
  readonly log: Logger;
}

/** Where everything is, for the line that says so. */
export interface Addresses {
  readonly gateway: string;
  readonly rtc: string;
  readonly turn: string | undefined;
  readonly appId: string;
  readonly tokenFile: string;
  readonly databaseUrlFile: string;
}

/** Starts everything. Rejects with a sentence for the operator when a part cannot be started; stopping is the caller's. */
export async function bringUp(start: Start): Promise<Addresses> {
  const { env, directory, log } = start;
  const appId = env.ROOMBRIDGE_APP_ID ?? DEFAULT_APP_ID;
  const secrets = keepSecrets(directory.path);
  const { ROOMBRIDGE_CONFIG: configFile } = env;
  const operator = configFile === undefined ? undefined : readOperatorFile(configFile);
  const hostConfig = writeHostConfig(directory.path, operator);
  if (directory.wasKilled) log.warn("the last start was killed; whatever it left is recovered");
  await checkPorts(listenAddresses(env), directory.wasKilled ? LEFTOVER_PORTS_MS : 0);

  const databaseUrl = env.DATABASE_URL ?? (await timed(log, "database", () => startDatabase(start)));
  const files = writeAccessFiles(directory.path, { token: env.ROOMBRIDGE_DEV_TOKEN ?? secrets.devToken, databaseUrl });
  const directUrl = env.DATABASE_DIRECT_URL ?? databaseUrl;
  await timed(log, "migrations", () => migrate(directUrl));
  const turn = await timed(log, "demo data and TURN", () => prepare(start, { databaseUrl, appId, secrets, operator }));
  const apply = async (): Promise<boolean> =>
    operator !== undefined && applyAtStart(operator, { databaseUrl: directUrl, file: configFile ?? "", log });
  const isIncomplete = await apply();

  const uris =
    env.TURN_URIS.length > 0 || turn === undefined
      ? env.TURN_URIS
      : turnUris({ ...turn, externalIp: env.TURN_EXTERNAL_IP });
  const settings = {
    ...start,
    databaseUrl,
    appId,
    turnCredentialKeys: start.variables["TURN_CREDENTIAL_KEYS"] || secrets.turnCredentialKeys,
    turnUris: uris,
    hostId: secrets.hostId,
    hostConfig,
    dataDir: directory.path,
  };
  const parts = appParts(settings);
  const [gateway, rtc] = await timed(log, turn ? "gateway, rtc, host and turn-agent" : "gateway, rtc and host", () =>
    Promise.all([
      start.supervisor.start(parts.gateway),
      start.supervisor.start(parts.rtc),
      start.supervisor.start(parts.host),
      ...(turn ? [start.supervisor.start(turnAgentPart(settings, turn))] : []),
    ]),
  );
  // Only now is it known whether the host has a certificate.
  if (isIncomplete) await apply();
  return {
    gateway: `http://${localAddress(env.GATEWAY_HOST, gateway.port ?? env.GATEWAY_PORT)}`,
    rtc: localAddress(env.RTC_HOST, rtc.port ?? env.RTC_PORT),
    turn: turn && formatAddress(turn.host, turn.port),
    appId,
    ...files,
  };
}

function listenAddresses(env: StartEnv) {
  return [
    { host: env.GATEWAY_HOST, port: env.GATEWAY_PORT, hostVariable: "GATEWAY_HOST", portVariable: "GATEWAY_PORT" },
    { host: env.RTC_HOST, port: env.RTC_PORT, hostVariable: "RTC_HOST", portVariable: "RTC_PORT" },
  ];
}

async function startDatabase({ env, directory, supervisor, log }: Start): Promise<string> {
  const part = databasePart({ dataDir: directory.path, port: env.ROOMBRIDGE_DB_PORT, log: (line) => log.info(line) });
  const { url, pid, reused } = await supervisor.start(part);
  if (reused) log.info(`the database of an earlier start still ran (pid ${pid}) and is used on`);
  return url;
}

function writeAccessFiles(dataDir: string, content: { readonly token: string; readonly databaseUrl: string }) {
  const files = { tokenFile: join(dataDir, "token"), databaseUrlFile: join(dataDir, "database-url") };
  writePrivate(files.tokenFile, content.token);
  writePrivate(files.databaseUrlFile, content.databaseUrl);
  return files;
}

interface Prepared {
  readonly databaseUrl: string;
  readonly appId: string;
  readonly secrets: Secrets;
  readonly operator: LocatedOperatorFile | undefined;
}

async function prepare(
  start: Start,
  { databaseUrl, appId, secrets, operator }: Prepared,
): Promise<RunningTurn | undefined> {
  const { env, directory } = start;
  const database = openDatabase({ url: databaseUrl, applicationName: "roombridge start", maxConnections: 2 });
  try {
    const token = env.ROOMBRIDGE_DEV_TOKEN ?? secrets.devToken;
    const { appSecret } = secrets;
    await declareAccess(database, { token, application: { appId, appSecret, authConfiguration: DEMO_LOGINS } });
    // Two that each want to be the newest deployment would make two more at every start.
    const isDeclared = operator?.applications.some((one) => one.appId === appId && one.deployment !== undefined);
    if (!isDeclared) await declareDemoDeployment(database, appId);
    const password = env.COTURN_DB_PASSWORD ?? secrets.coturnDbPassword;
    return await startTurn({ ...start, dataDir: directory.path, database, databaseUrl, password });
  } finally {
    await database.close();
  }
}

async function timed<T>(log: Logger, what: string, work: () => Promise<T>): Promise<T> {
  const begin = performance.now();
  log.info(`${what} …`);
  const result = await work();
  log.info(`${what}: ready after ${((performance.now() - begin) / 1000).toFixed(1)} s`);
  return result;
}
