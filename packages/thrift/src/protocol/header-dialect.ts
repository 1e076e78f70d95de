import type { Dialect, MessageDialect } from "./dialect.ts";
import type { InputBuffer } from "./input-buffer.ts";
import { ProtocolError } from "./protocol-error.ts";
import { PROTOCOLS, type ProtocolName } from "./protocols.ts";
import { VarintCursor } from "./varint-cursor.ts";

/** Magic, flags, sequence number and size of the header, between the frame's length and the header (HeaderFormat.md). */
const FIXED_BYTES = 10;
export const HEADER_MAGIC = [0x0f, 0xff] as const;
const KEY_VALUES = 1;
const MAX_HEADERS = 128;
const PROTOCOL_IDS: Readonly<Record<number, ProtocolName>> = { 0: "binary", 2: "compact" };

/** What THeader may carry. */
export const HEADER_PROTOCOLS: readonly ProtocolName[] = Object.values(PROTOCOL_IDS);

/**
 * THeader: frames with key-value pairs before the message, which says for itself whether it is binary or compact. Replies are
 * in kind and bear no headers. Transforms (compression, for one) are refused.
 */
export function openHeader(maxMessageBytes: number): Dialect {
  const dialect: Dialect & { latest?: MessageDialect } = {
    name: "THeader",
    protocol: PROTOCOLS.binary,
    isFramed: true,
    next(input) {
      for (;;) {
        const frame = takeFrame(input, maxMessageBytes);
        if (!frame) return undefined;
        const { message, id, headers } = parseFrame(frame);
        // Apache's C++ client takes its leave with a frame that holds no message.
        if (message.length === 0) continue;
        dialect.latest = openMessage({ id, headers, sequenceNumber: frame.readUInt32BE(4) });
        return message;
      }
    },
    read(input) {
      const message = dialect.next(input);
      return message && dialect.latest?.protocol.openReader(message);
    },
  };
  return dialect;
}

function openMessage(message: {
  readonly id: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly sequenceNumber: number;
}): MessageDialect {
  const name = protocolOf(message.id);
  return {
    name: `THeader ${name}`,
    protocol: PROTOCOLS[name],
    isFramed: false,
    headers: message.headers,
    seal: (reply) => inHeader(reply, message),
  };
}

/** A client's message within THeader, without key-value pairs. */
export function sealHeader(message: Buffer, protocol: ProtocolName, sequenceNumber: number): Buffer {
  const id = Object.entries(PROTOCOL_IDS).find(([, name]) => name === protocol)?.[0];
  return inHeader(message, { id: Number(id), sequenceNumber });
}

function inHeader(
  message: Buffer,
  { id, sequenceNumber }: { readonly id: number; readonly sequenceNumber: number },
): Buffer {
  // The header: protocol, no transforms, padded to four bytes.
  const head = Buffer.from([0, 0, 0, 0, ...HEADER_MAGIC, 0, 0, 0, 0, 0, 0, 0, 1, id, 0, 0, 0]);
  head.writeUInt32BE(head.length - 4 + message.length);
  head.writeUInt32BE(sequenceNumber, 8);
  return Buffer.concat([head, message]);
}

function takeFrame(input: InputBuffer, maxMessageBytes: number): Buffer | undefined {
  if (input.length < 4) return undefined;
  const view = input.view();
  const size = view.readUInt32BE(0);
  if (size > maxMessageBytes)
    throw new ProtocolError("size_limit", `a frame of ${size} bytes; ${maxMessageBytes} are allowed`);
  if (size < FIXED_BYTES) throw new ProtocolError("truncated", "a frame without room for a header");
  if (view.length < 4 + size) return undefined;
  input.consume(4 + size);
  return view.subarray(4, 4 + size);
}

function parseFrame(frame: Buffer): { message: Buffer; id: number; headers: ReadonlyMap<string, string> } {
  if (frame[0] !== HEADER_MAGIC[0] || frame[1] !== HEADER_MAGIC[1])
    throw new ProtocolError("bad_version", "a frame without THeader's mark");
  const end = FIXED_BYTES + 4 * frame.readUInt16BE(FIXED_BYTES - 2);
  if (end > frame.length) throw new ProtocolError("truncated", "the header is longer than its frame");
  const cursor = new VarintCursor(frame.subarray(FIXED_BYTES, end));
  const id = cursor.readVarint();
  if (cursor.readVarint() > 0) throw new ProtocolError("bad_version", "transforms of THeader are not understood");
  return { message: frame.subarray(end), id, headers: readHeaders(cursor) };
}

/** What is of another kind than key-value pairs ends the header, as padding does. */
function readHeaders(cursor: VarintCursor): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  while (cursor.left > 0 && cursor.readVarint() === KEY_VALUES) {
    const count = cursor.readVarint();
    if (headers.size + count > MAX_HEADERS) throw new ProtocolError("size_limit", `more than ${MAX_HEADERS} headers`);
    for (let at = 0; at < count; at += 1) headers.set(cursor.readText(), cursor.readText());
  }
  return headers;
}

function protocolOf(id: number): ProtocolName {
  const name = PROTOCOL_IDS[id];
  if (!name) throw new ProtocolError("bad_version", `protocol ${id} is not spoken within THeader`);
  return name;
}
