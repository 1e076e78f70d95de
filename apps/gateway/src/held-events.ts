import { findOldestTransaction, type Database } from "@roombridge/rooms";
import { startLoop, type Logger, type Loop } from "@roombridge/service";

const LOOK_MS = 15_000;

/**
 * Says in the log when a transaction holds back all events: those of later ones are told only when it has ended, because it may
 * still write some that come before them. Ours are short; it is somebody else's, in whatever database of the server.
 */
export function watchHeldEvents(database: Database, log: Logger, lookMs = LOOK_MS): Loop {
  let before: string | undefined;
  let toldOf: string | undefined;
  return startLoop(lookMs, async () => {
    // A database that is away is told of by all others.
    const oldest = await findOldestTransaction(database).catch(() => undefined);
    if (oldest && oldest.xid === before && oldest.xid !== toldOf) {
      toldOf = oldest.xid;
      log.warn(oldest, "a transaction that does not end holds back all events: streams and webhooks tell nothing");
    }
    if (toldOf !== undefined && oldest?.xid !== toldOf) {
      log.info({ xid: toldOf }, "the transaction that held back all events has ended");
      toldOf = undefined;
    }
    before = oldest?.xid;
  });
}
