import type { StaticProcess as StaticProcessBody } from "@roombridge/models/api";
import type { StaticProcess } from "@roombridge/rooms";

/** Without `rooms` when the caller has said that it knows them. */
export function toStaticProcessBody({ rooms, ...process }: StaticProcess): StaticProcessBody {
  return { ...process, ...(rooms === undefined ? {} : { rooms: [...rooms] }) };
}
