import type { Readable } from "node:stream";
import { getProcessHost, RoomError, type ProcessHost, type RoomsContext } from "@roombridge/rooms";
import type { HonoRequest } from "hono";
import type { Answer } from "./answer.ts";
import { applicationOf, principalOf } from "./auth.ts";
import { askHost } from "./host-control.ts";
import { processIdOf } from "./path-values.ts";

/** Bytes and not text: a game server may write anything. Proxies must not hold lines back. */
const HEADERS = {
  "content-type": "application/octet-stream",
  "x-content-type-options": "nosniff",
  "x-accel-buffering": "no",
};

/** The log of the process in the path, as far as `queryOf` says. Throws RoomError. */
export async function answerLog(
  rooms: RoomsContext,
  request: HonoRequest,
  queryOf: (request: HonoRequest) => string,
): Promise<Answer> {
  const principal = await principalOf(rooms, request);
  const query = queryOf(request);
  const { appId } = await applicationOf(rooms, principal, request);
  const host = await getProcessHost(rooms, appId, processIdOf(request));
  return { status: 200, stream: await openLog(host, query), headers: HEADERS };
}

async function openLog(host: ProcessHost, query: string): Promise<Readable> {
  const { processId, kind, hasBegun, hasEnded } = host;
  if (kind === "static") {
    const message = `the log of process ${processId} is where its game server was started, and not here`;
    throw new RoomError("log_not_found", message);
  }
  const log = kind === "none" ? undefined : await askHost(host, `log${query}`);
  if (log) return log;
  if (hasBegun && hasEnded) throw new RoomError("log_expired", `the log of process ${processId} is not kept any more`);
  throw new RoomError("log_not_found", `process ${processId} has no log: it has not been started`);
}
