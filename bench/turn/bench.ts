import { randomBytes } from "node:crypto";
import { cpus, loadavg, release } from "node:os";
import { parseArgs } from "node:util";
import { RoombridgeClient } from "@roombridge/client";
import { newDataDir, removeRoombridge, startRoombridge } from "@roombridge/testing/roombridge";
import { closeRooms, openRooms } from "@roombridge/rooms";
import { measureCuts } from "./cuts.ts";
import { report } from "./report.ts";
import { measureRenewals } from "./renewals.ts";
import { openSessions } from "./sessions.ts";

const { values } = parseArgs({
  args: process.argv.slice(3),
  options: {
    sessions: { type: "string", default: "1000" },
    cuts: { type: "string", default: "100" },
    renewals: { type: "string", default: "10" },
  },
});
const wanted = { sessions: Number(values.sessions), cuts: Number(values.cuts), renewals: Number(values.renewals) };

const loadBefore = loadavg()[0] ?? Number.NaN;
const roombridge = await startRoombridge(await newDataDir(), { LOG_LEVEL: "warn" });
// Destroys beside the gateway, to know the moment of the commit; it issues nothing.
const rooms = openRooms({
  databaseUrl: roombridge.databaseUrl,
  applicationName: "roombridge bench",
  turn: {
    realm: "roombridge",
    ttlSeconds: 3_600,
    keys: [{ id: "bench", key: randomBytes(32) }],
    uris: [],
    mode: "db",
    restSecret: undefined,
    limits: { credentialsPerRoom: 1, sessionsPerRoom: 0, issuesPerMinute: 0 },
  },
});
try {
  if (!roombridge.turn) throw new Error("coturn is not installed: nothing to measure");
  const client = new RoombridgeClient({
    serverUrl: roombridge.gateway,
    token: roombridge.token,
    appId: roombridge.appId,
  });
  const renewals = await measureRenewals(client, wanted.renewals);
  const sessions = await openSessions({ client, relay: roombridge.turn, ...wanted });
  const cuts = await measureCuts({ rooms, appId: roombridge.appId, sessions, count: wanted.cuts });
  report({
    machine: `${cpus()[0]?.model ?? "unknown"}, ${cpus().length} processors, Linux ${release()}`,
    node: process.versions.node,
    loadBefore,
    sessions: sessions.count,
    renewals,
    cuts,
  });
  await sessions.close();
} finally {
  await closeRooms(rooms);
  await removeRoombridge(roombridge);
}
