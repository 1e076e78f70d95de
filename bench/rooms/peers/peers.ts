import { join } from "node:path";
import { startMeasuredProgram } from "../../create/start-app.ts";
import { measureHttp, toRequest, type Target } from "../http-load.ts";
import { residentMib } from "../resident.ts";
import { CONNECTIONS, type Task } from "../tasks.ts";
import { installPeers } from "./install.ts";
import { createPeerDatabase } from "./peer-database.ts";

interface Peer {
  readonly name: string;
  readonly program: string;
  readonly needsDatabase: boolean;
  readonly request: { readonly path: string; readonly body: string };
  /** What a create of ours does and theirs does not. */
  readonly lacks: string;
}

export const PEERS: readonly Peer[] = [
  {
    name: "Colyseus",
    program: "colyseus.ts",
    needsDatabase: false,
    request: { path: "/matchmake/create/game", body: "{}" },
    lacks:
      "the room lives in this process alone and dies with it; no slot on a game server, no credential for a relay, no token asked for. It reserves a seat for the caller, which ours does not",
  },
  {
    name: "boardgame.io in memory",
    program: "boardgame-io.ts",
    needsDatabase: false,
    request: { path: "/games/game/create", body: '{"numPlayers":2}' },
    lacks: "as Colyseus; it makes the game's first state, which ours leaves to the game server",
  },
  {
    name: "boardgame.io on PostgreSQL",
    program: "boardgame-io.ts",
    needsDatabase: true,
    request: { path: "/games/game/create", body: '{"numPlayers":2}' },
    lacks: "durable, one row; no slot on a game server, no credential for a relay, no events, no token asked for",
  },
];

/** Those that goal 15 names. */
export const DURABLE_PEERS: readonly string[] = ["Colyseus", "boardgame.io on PostgreSQL"];

/** Installs and starts the peers; create in each of them, with the same load. `undo` takes what is to be undone, in order. */
export async function peerTasks(databaseUrl: string, undo: (() => unknown)[]): Promise<Task[]> {
  const folder = await installPeers();
  const database = await createPeerDatabase(databaseUrl);
  undo.push(database.drop);
  const tasks: Task[] = [];
  for (const peer of PEERS) {
    const settings = peer.needsDatabase ? [database.url] : [];
    const program = join(import.meta.dirname, peer.program);
    const { port, pid, stop } = await startMeasuredProgram(program, { NODE_ENV: "production" }, folder, ...settings);
    undo.push(stop);
    const target = { name: peer.name, port, pid };
    tasks.push(...CONNECTIONS.map((connections) => peerTask(peer, target, connections)));
  }
  return tasks;
}

function peerTask({ request }: Peer, target: Target, connections: number): Task {
  const bytes = toRequest(target, { method: "POST", ...request });
  return {
    ...{ operation: "create", source: target.name, connections },
    async run(milliseconds) {
      const load = { connections, milliseconds, status: 200, next: () => bytes };
      const sample = await measureHttp(target, { ...load, mayRefuse: true });
      return { ...sample, residentMib: residentMib(target.pid) };
    },
  };
}
