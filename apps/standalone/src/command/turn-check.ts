import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { RoombridgeClient, type IceServersAnswer } from "@roombridge/client";
import { gatewayOf } from "../data-directory.ts";
import { type CommandEnv, DEFAULT_APP_ID } from "../env.ts";
import { checkRelay, type RelayResult } from "../turn-check/check-relay.ts";
import { toTable } from "../turn-check/table.ts";
import { readOptions, UsageError } from "./usage-error.ts";

/** Whose credential it is; a room lists it under this name. */
const PLAYER_ID = "roombridge turn check";
/** Any: no relay is bound to the region of a room. */
const REGION = "Washington_DC";
const TTL_SECONDS = 600;

/**
 * `roombridge turn check`: gets a credential as an application does and relays with it through every URI that it is told.
 * @throws Error when the gateway gives none, or when a relay does not work; the table has been written by then.
 */
export async function turnCheck(
  args: readonly string[],
  env: CommandEnv,
  write: (line: string) => void,
): Promise<void> {
  const options = readOptions(args, {
    gateway: { type: "string" },
    app: { type: "string", default: env.ROOMBRIDGE_APP_ID ?? DEFAULT_APP_ID },
    "token-file": { type: "string" },
    room: { type: "string" },
    timeout: { type: "string", default: "5" },
  });
  const timeoutMs = seconds(options.timeout) * 1_000;
  const serverUrl = options.gateway ?? gatewayOf(env.ROOMBRIDGE_DATA_DIR);
  if (serverUrl === undefined)
    throw new Error(`npm start does not run on ${env.ROOMBRIDGE_DATA_DIR}: say --gateway http://…`);
  const client = new RoombridgeClient({ serverUrl, token: tokenOf(env, options["token-file"]), appId: options.app });
  await withCredential(client, options.room, async ({ uris, username, password, expiresAt }, roomId) => {
    write(`room ${roomId} of ${options.app} on ${serverUrl}: a credential until ${expiresAt.toISOString()}`);
    // As the check page: a server of STUN relays nothing.
    const relays = uris.filter((uri) => /^turns?:/i.test(uri));
    if (relays.length === 0)
      throw new Error("the gateway knows no relay: TURN_URIS is empty, and no turn-agent reports one");
    const results: RelayResult[] = [];
    for (const uri of relays) results.push(await checkRelay({ uri, username, password, timeoutMs }));
    for (const line of toTable(results)) write(line);
    const failed = results.filter(({ problem }) => problem !== undefined).length;
    if (failed > 0) throw new Error(`${failed} of ${results.length} do not relay`);
  });
}

/** A credential of the room that is named, or of one that is made for it; it is gone afterwards, like the room. */
async function withCredential(
  { roomsV2 }: RoombridgeClient,
  room: string | undefined,
  use: (answer: IceServersAnswer, roomId: string) => Promise<void>,
): Promise<void> {
  const playerId = `${PLAYER_ID} ${randomBytes(4).toString("hex")}`;
  const roomId = room ?? (await createRoom(roomsV2));
  try {
    await use(await roomsV2.createIceServers(roomId, { playerId, ttlSeconds: TTL_SECONDS }), roomId);
  } finally {
    if (room === undefined) await roomsV2.destroyRoom(roomId).catch(() => {});
    else await roomsV2.revokeIceServers(roomId, { playerId }).catch(() => {});
  }
}

async function createRoom(roomsV2: RoombridgeClient["roomsV2"]): Promise<string> {
  try {
    return (await roomsV2.createRoom({ region: REGION })).roomId;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`no room could be made for the check (--room uses one that is there): ${reason}`, { cause });
  }
}

function tokenOf(env: CommandEnv, file: string | undefined): string {
  if (file === undefined && env.ROOMBRIDGE_DEV_TOKEN !== undefined) return env.ROOMBRIDGE_DEV_TOKEN;
  const path = file ?? join(env.ROOMBRIDGE_DATA_DIR, "token");
  try {
    return readFileSync(path, "utf8").trim();
  } catch (cause) {
    throw new Error(`there is no token in ${path}: say --token-file, or set ROOMBRIDGE_DEV_TOKEN`, { cause });
  }
}

function seconds(text: string): number {
  if (!/^[1-9]\d?$/.test(text)) throw new UsageError("--timeout must be a whole number of seconds from 1 to 99");
  return Number(text);
}
