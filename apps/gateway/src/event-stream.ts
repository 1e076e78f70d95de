import { Readable } from "node:stream";
import type { RoomEvent } from "@roombridge/models/api";
import { printPosition, RoomError, type EventPosition, type FollowedItem } from "@roombridge/rooms";

/** Proxies must not hold events back. */
export const EVENT_STREAM_HEADERS = {
  "content-type": "text/event-stream",
  "x-accel-buffering": "no",
  // Else it would be kept after the end, and a gateway that stops would wait for it.
  connection: "close",
};

/** Bytes that wait for a slow reader before events are kept in the database for it. */
const BUFFER_BYTES = 65_536;
/** Who has not taken anything for so long is gone, or wedged. */
const STUCK_MS = 60_000;
/** How long a token that has been revoked may still read. */
const AUTHORIZE_MS = 5_000;
/** For a browser that has lost its connection. */
const RECONNECT_MS = 1_000;

export interface EventStreamOptions {
  readonly appId: string;
  /** Called now and then: it throws a RoomError when the caller may not read on. A database that is away ends nothing. */
  readonly authorize: () => Promise<unknown>;
  /** Ends what `items` is waiting for. */
  readonly end: () => void;
}

/** Server-sent events (HTML Living Standard section 9.2). Each position is an id, so that a client goes on from where it is. */
export function toEventStream(
  items: AsyncGenerator<FollowedItem, void, undefined>,
  options: EventStreamOptions,
): Readable {
  let isTaken = true;
  const write = async function* (): AsyncGenerator<Buffer, void, undefined> {
    yield Buffer.from(`retry: ${RECONNECT_MS}\n\n`);
    let allowedAt = performance.now();
    for await (const item of items) {
      if (performance.now() - allowedAt > AUTHORIZE_MS) {
        if (!(await isAllowed(options))) return;
        allowedAt = performance.now();
      }
      isTaken = false;
      yield Buffer.from(toText(item, options.appId));
      isTaken = true;
    }
  };
  const stream = Readable.from(write(), { objectMode: false, highWaterMark: BUFFER_BYTES });
  let wasTaken = true;
  const watch = setInterval(() => {
    if (!isTaken && !wasTaken) stream.destroy(new Error("the reader takes nothing"));
    wasTaken = isTaken;
  }, STUCK_MS / 2);
  watch.unref();
  stream.once("close", () => {
    clearInterval(watch);
    options.end();
  });
  return stream;
}

async function isAllowed({ authorize }: EventStreamOptions): Promise<boolean> {
  try {
    await authorize();
    return true;
  } catch (error) {
    return !RoomError.isInstance(error);
  }
}

function toText(item: FollowedItem, appId: string): string {
  switch (item.kind) {
    case "event":
      return block(item.position, item.event.type, item.event);
    case "gap": {
      const timestamp = new Date().toISOString();
      return block(item.position, "gap", { type: "gap", timestamp, data: { appId } });
    }
    case "position":
      // Without data no event is dispatched, but the id counts; the comment is for those who look.
      return `: waiting\nid: ${printPosition(item.position)}\n\n`;
  }
}

function block(
  position: EventPosition,
  name: string,
  body: RoomEvent | { type: "gap"; timestamp: string; data: { appId: string } },
): string {
  return `id: ${printPosition(position)}\nevent: ${name}\ndata: ${JSON.stringify(body)}\n\n`;
}
