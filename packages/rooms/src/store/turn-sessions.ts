import { isCanary } from "../canary.ts";
import { toStoredUsername } from "../turn-credential.ts";
import type { Database } from "./database.ts";
import { retryConflicts } from "./retry-conflicts.ts";

/** A relay session as the relay tells of it. */
export interface TurnSession {
  readonly sessionId: string;
  /** Also in the form of TURN_MODE=rest. */
  readonly username: string;
  /** Seconds since its start; the relay may round. */
  readonly ageSeconds: number;
  /** Totals since its start, as the relay counts them: from the client and to the client. */
  readonly receivedBytes: number;
  readonly sentBytes: number;
  /** It is over: it was cut, or has just gone. Default false. */
  readonly hasEnded?: boolean;
}

export interface TurnSessionReport {
  readonly serverId: string;
  readonly sessions: readonly TurnSession[];
  /** These are all that the relay has: what ran there and is missing has ended when it was last seen. */
  readonly isComplete: boolean;
}

/**
 * Writes down sessions with their usage; writing the same again changes nothing. Test allocations are left out. Throws for a
 * relay that has never beaten.
 */
export async function recordTurnSessions({ sql }: Database, report: TurnSessionReport): Promise<void> {
  const sessions = report.sessions
    .map((session) => ({ ...session, username: toStoredUsername(session.username) }))
    .filter(({ username }) => !isCanary(username));
  await retryConflicts(
    () => sql`
      select record_turn_sessions(
        ${report.serverId}, ${sessions.map((session) => session.sessionId)}::text[],
        ${sessions.map((session) => session.username)}::text[],
        ${sessions.map((session) => session.ageSeconds)}::double precision[],
        ${sessions.map((session) => session.receivedBytes)}::bigint[], ${sessions.map((session) => session.sentBytes)}::bigint[],
        ${sessions.map((session) => String(session.hasEnded ?? false))}::text[]::boolean[], ${report.isComplete})`,
  );
}
