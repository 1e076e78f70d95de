import { type Database, recordTurnSessions, type TurnSession } from "@roombridge/rooms";
import { listSessions } from "./cli/cli-commands.ts";
import type { CliConnection } from "./cli/cli-connection.ts";
import type { CoturnCli } from "./cli/coturn-cli.ts";
import type { RelaySession } from "./cli/session-listing.ts";

/** So many in one listing keep coturn's command line busy for about 10 ms, and a cut may have to wait for that. */
const MAX_LISTED_AT_ONCE = 1_000;
/** What the random part of a username begins with. */
const FIRST_LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz".split("");

interface Seen {
  readonly session: RelaySession;
  /** Monotonic, milliseconds. */
  readonly atMs: number;
}

/** Writes down who relayed how much. The counters are coturn's own totals, so that writing them again does no harm. */
export class UsageRecorder {
  readonly #cli: Pick<CoturnCli, "use">;
  readonly #database: Database;
  readonly #serverId: string;
  #ended: Seen[] = [];

  constructor({ cli, database, serverId }: { cli: Pick<CoturnCli, "use">; database: Database; serverId: string }) {
    this.#cli = cli;
    this.#database = database;
    this.#serverId = serverId;
  }

  /** These were cut; they are written down with the next round. */
  haveEnded(sessions: readonly RelaySession[]): void {
    const atMs = performance.now();
    this.#ended.push(...sessions.map((session) => ({ session, atMs })));
  }

  /** `sessions`: about how many there are. */
  async round(sessions: number): Promise<void> {
    const { running, isComplete } = await this.#cli.use((connection) => listAll(connection, sessions));
    const ended = this.#ended;
    const endedIds = new Set(ended.map(({ session }) => session.id));
    const nowMs = performance.now();
    await recordTurnSessions(this.#database, {
      serverId: this.#serverId,
      sessions: [
        ...running.filter(({ session }) => !endedIds.has(session.id)).map((seen) => toTurnSession(seen, nowMs, false)),
        ...ended.map((seen) => toTurnSession(seen, nowMs, true)),
      ],
      isComplete,
    });
    this.#ended = this.#ended.slice(ended.length);
  }
}

async function listAll(connection: CliConnection, count: number): Promise<{ running: Seen[]; isComplete: boolean }> {
  // A username has one dot, in front of its random part.
  const parts = count <= MAX_LISTED_AT_ONCE ? ["."] : FIRST_LETTERS.map((letter) => `.${letter}`);
  const running: Seen[] = [];
  let isComplete = true;
  for (const part of parts) {
    const { sessions, isTruncated } = await listSessions(connection, part);
    const atMs = performance.now();
    running.push(...sessions.map((session) => ({ session, atMs })));
    isComplete &&= !isTruncated;
  }
  return { running, isComplete };
}

function toTurnSession({ session, atMs }: Seen, nowMs: number, hasEnded: boolean): TurnSession {
  const { id, username, ageSeconds, receivedBytes, sentBytes } = session;
  const age = ageSeconds + (nowMs - atMs) / 1_000;
  return { sessionId: id, username, ageSeconds: age, receivedBytes, sentBytes, hasEnded };
}
