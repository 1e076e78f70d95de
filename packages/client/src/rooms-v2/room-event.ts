import type { Region, RoomEventType, RoomStatus } from "@roombridge/models/api";
import type { CallOptions } from "../call-options.ts";
import { JsonReader } from "../http/json-reader.ts";
import type { Open } from "../open.ts";
import { RoombridgeError } from "../roombridge-error.ts";

/** What an event is about; which fields are there depends on its type. */
export interface RoomEventData {
  readonly appId: string;
  readonly roomId?: string;
  readonly region?: Open<Region>;
  /** The process that the room is on, else the last one that it was on; null when it never had one. */
  readonly processId?: string | null;
  /** The room's after the event. */
  readonly status?: Open<RoomStatus>;
  readonly reason?: string;
  readonly exitCode?: number | null;
  readonly exitSignal?: string | null;
}

/** `gap`: something has happened that nobody knows any more; look at the rooms themselves. */
export interface RoomEvent {
  /** For `lastEventId`. */
  readonly id: string;
  readonly type: Open<RoomEventType | "gap">;
  readonly timestamp: Date;
  readonly data: RoomEventData;
}

export interface RoomEventsParams {
  /** Only of this room. */
  readonly roomId?: string | undefined;
  /** Only these. */
  readonly types?: readonly Open<RoomEventType>[] | undefined;
  /** Go on after this event; from now on when absent. */
  readonly lastEventId?: string | undefined;
}

/** `timeoutMs` is for the beginning of each connection. */
export interface RoomEventsOptions extends CallOptions {
  /** A connection on which nothing comes for so long is given up. Default 45,000; the server speaks every 15 s. */
  readonly silenceMs?: number | undefined;
}

/** Throws `invalid_response`. */
export function readRoomEvent(id: string, text: string): RoomEvent {
  const body = new JsonReader(parse(text), "event");
  const data = body.object("data");
  return {
    id,
    type: body.text("type"),
    timestamp: body.date("timestamp"),
    data: {
      appId: data.text("appId"),
      ...(data.has("roomId") ? { roomId: data.text("roomId") } : {}),
      ...(data.has("region") ? { region: data.text("region") } : {}),
      ...(data.isGiven("processId") ? { processId: data.textOrNull("processId") } : {}),
      ...(data.has("status") ? { status: data.text("status") } : {}),
      ...(data.has("reason") ? { reason: data.text("reason") } : {}),
      ...(data.isGiven("exitCode") ? { exitCode: data.has("exitCode") ? data.integer("exitCode") : null } : {}),
      ...(data.isGiven("exitSignal") ? { exitSignal: data.textOrNull("exitSignal") } : {}),
    },
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new RoombridgeError("invalid_response", "the data of an event is not JSON", { cause });
  }
}
