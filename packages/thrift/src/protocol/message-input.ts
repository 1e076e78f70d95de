import { isUtf8 } from "node:buffer";
import type { NameTable } from "./name-table.ts";
import { ProtocolError } from "./protocol-error.ts";
import type { MessageHeader, ProtocolReader } from "./protocol.ts";
import { MessageType } from "./wire-types.ts";

/** Nesting of structs and containers; Apache's `recursionLimit` is the same. */
export const MAX_DEPTH = 64;

/** Longer texts are left to the engine to look at. */
const SHORT_TEXT = 64;

/** Reads one whole message. */
export interface MessageReader extends ProtocolReader {
  /** Names that are in the table need no decoding. */
  readMessageBegin(names?: NameTable): MessageHeader;
  /** Bytes behind the last value read. */
  readonly left: number;
}

/** A complete message, from which the protocols read in place. */
export class MessageInput {
  protected readonly buffer: Buffer;
  protected readonly end: number;
  protected at: number;
  #depth = 0;

  constructor(bytes: Buffer, start = 0, end = bytes.length) {
    this.buffer = bytes;
    this.at = start;
    this.end = end;
  }

  get left(): number {
    return this.end - this.at;
  }

  readMessageEnd(): void {
    if (this.at < this.end) throw new ProtocolError("invalid_data", "bytes behind the end of the message");
  }

  /** Moves past `size` bytes and answers where they start. */
  protected take(size: number): number {
    const start = this.at;
    if (start + size > this.end) throw new ProtocolError("truncated", "the message ends too early");
    this.at = start + size;
    return start;
  }

  protected takeName(size: number, names: NameTable | undefined): string {
    if (size > this.left) return this.takeText(size);
    const known = names?.find(this.buffer, this.at, size);
    if (known === undefined) return this.takeText(size);
    this.at += size;
    return known;
  }

  protected takeText(size: number): string {
    const start = this.take(size);
    if (size <= SHORT_TEXT && isAscii(this.buffer, start, size))
      return this.buffer.toString("latin1", start, start + size);
    // Checked by hand: toString would replace what is not UTF-8 and hide it.
    if (!isUtf8(this.buffer.subarray(start, start + size)))
      throw new ProtocolError("invalid_data", "a string is not UTF-8");
    return this.buffer.toString("utf8", start, start + size);
  }

  protected takeBinary(size: number): Uint8Array {
    const start = this.take(size);
    return Uint8Array.from(this.buffer.subarray(start, start + size));
  }

  protected takeUuid(): string {
    const start = this.take(16);
    const hex = this.buffer.toString("hex", start, start + 16);
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
  }

  protected descend(): void {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw new ProtocolError("depth_limit", `nested deeper than ${MAX_DEPTH}`);
  }

  protected ascend(): void {
    this.#depth -= 1;
  }
}

function isAscii(bytes: Uint8Array, start: number, size: number): boolean {
  for (let at = start; at < start + size; at += 1) if ((bytes[at] ?? 0) > 0x7f) return false;
  return true;
}

/** Throws ProtocolError for a number that stands for no type. */
export function toMessageType(type: number): MessageType {
  if (!isMessageType(type)) throw new ProtocolError("invalid_data", `message type ${type} does not exist`);
  return type;
}

function isMessageType(type: number): type is MessageType {
  return type >= MessageType.CALL && type <= MessageType.ONEWAY;
}

/** A container whose elements are not what the reader wants. */
export function unexpectedElements(container: string, types: string): ProtocolError {
  return new ProtocolError("invalid_data", `a ${container} of unexpected type ${types}`);
}
