import { readServerSentEvents } from "../http/event-source.ts";
import { pause } from "../http/pause.ts";
import { RoombridgeError } from "../roombridge-error.ts";
import { readRoomEvent, type RoomEvent } from "./room-event.ts";

type Stream = ReadableStream<Uint8Array<ArrayBuffer>>;

export interface Following {
  /** Connects, to go on after this id. */
  readonly open: (lastEventId: string | undefined) => Promise<Stream>;
  readonly lastEventId: string | undefined;
  readonly silenceMs: number;
  readonly signal: AbortSignal | undefined;
}

/** Between two connections: at first, then doubled up to the last. */
const FIRST_PAUSE_MS = 100;
const MAX_PAUSE_MS = 5_000;

/**
 * Events from one connection after the other: each goes on where the last one ended, so none is left out and none comes
 * twice. Throws what cannot pass, and `aborted`; what may pass is waited out for as long as it takes.
 */
export async function* followEvents({
  open,
  silenceMs,
  signal,
  ...from
}: Following): AsyncGenerator<RoomEvent, void, undefined> {
  let { lastEventId } = from;
  let pauseMs = 0;
  for (;;) {
    try {
      for await (const { id, data } of readServerSentEvents(await open(lastEventId), silenceMs)) {
        lastEventId = id ?? lastEventId;
        pauseMs = 0;
        if (data !== undefined) yield readRoomEvent(lastEventId ?? "", data);
      }
    } catch (error) {
      if (!RoombridgeError.isInstance(error) || !error.isRetryable) throw error;
      pauseMs = Math.max(pauseMs, (error.retryAfterSeconds ?? 0) * 1_000);
    }
    await pause(pauseMs * (0.5 + Math.random() / 2), signal);
    // The next open throws when the signal has aborted.
    pauseMs = Math.min(Math.max(pauseMs * 2, FIRST_PAUSE_MS), MAX_PAUSE_MS);
  }
}
