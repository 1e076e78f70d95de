import { MessageScanner } from "./message-scanner.ts";
import { ProtocolError } from "./protocol-error.ts";
import type { InputBuffer } from "./input-buffer.ts";

/** A way in which messages follow each other on a connection. */
export interface Dialect {
  readonly name: "framed binary" | "unframed binary";
  readonly isFramed: boolean;
  /** The next complete message, or undefined when it has not arrived yet. Throws ProtocolError. */
  next(input: InputBuffer): Buffer | undefined;
}

interface Signature {
  readonly what: string;
  /** Whether these bytes open a connection of this kind; undefined: too few to tell. */
  readonly matches: (bytes: Buffer) => boolean | undefined;
  /** Absent for what is recognised only to be refused with its name. */
  readonly open?: (maxMessageBytes: number) => Dialect;
}

/** Every legal frame is shorter than 2^24 bytes, so its first byte is 0 and no dialect is mistaken for another. */
const SIGNATURES: readonly Signature[] = [
  {
    what: "unframed binary",
    matches: (bytes) => startsWith(bytes, [0x80, 0x01]),
    open: openUnframed,
  },
  { what: "framed binary", matches: (bytes) => framedWith(bytes, [0x80, 0x01]), open: openFramed },
  { what: "framed compact", matches: (bytes) => framedWith(bytes, [0x82]) },
  { what: "framed JSON", matches: (bytes) => framedWith(bytes, [0x5b]) },
  { what: "THeader", matches: (bytes) => framedWith(bytes, [0x0f, 0xff]) },
  { what: "unframed compact", matches: (bytes) => startsWith(bytes, [0x82]) },
  { what: "unframed JSON", matches: (bytes) => startsWith(bytes, [0x5b]) },
  { what: "TLS", matches: (bytes) => startsWith(bytes, [0x16, 0x03]) },
  {
    what: "HTTP",
    matches: (bytes) => (bytes.length < 4 ? undefined : /^[A-Z]{3}/.test(bytes.toString("latin1", 0, 3))),
  },
];

/** The dialect that a connection speaks, by its first bytes; undefined while they are too few. Throws ProtocolError. */
export function detectDialect(bytes: Buffer, maxMessageBytes: number): Dialect | undefined {
  let isOpen = false;
  for (const { what, matches, open } of SIGNATURES) {
    const answer = matches(bytes);
    if (answer === undefined) isOpen = true;
    if (answer !== true) continue;
    if (open) return open(maxMessageBytes);
    throw new ProtocolError("bad_version", `${what} is not spoken here`);
  }
  if (isOpen) return undefined;
  throw new ProtocolError("bad_version", "the first bytes are no Thrift message");
}

function startsWith(bytes: Buffer, expected: readonly number[]): boolean | undefined {
  for (const [index, value] of expected.entries()) {
    const byte = bytes[index];
    if (byte === undefined) return undefined;
    if (byte !== value) return false;
  }
  return true;
}

function framedWith(bytes: Buffer, expected: readonly number[]): boolean | undefined {
  if (bytes.length > 0 && bytes[0] !== 0) return false;
  // An empty frame says nothing, and waiting for more would leave its sender hanging.
  if (bytes.length >= 4 && bytes.readUInt32BE(0) === 0) return false;
  return bytes.length < 4 ? undefined : startsWith(bytes.subarray(4), expected);
}

export function openFramed(maxMessageBytes: number): Dialect {
  return {
    name: "framed binary",
    isFramed: true,
    next(input) {
      if (input.length < 4) return undefined;
      const view = input.view();
      const size = view.readUInt32BE(0);
      if (size === 0) throw new ProtocolError("invalid_data", "an empty frame");
      if (size > maxMessageBytes)
        throw new ProtocolError("size_limit", `a frame of ${size} bytes; ${maxMessageBytes} are allowed`);
      if (view.length < 4 + size) return undefined;
      input.consume(4 + size);
      return view.subarray(4, 4 + size);
    },
  };
}

export function openUnframed(maxMessageBytes: number): Dialect {
  let scanner = new MessageScanner();
  return {
    name: "unframed binary",
    isFramed: false,
    next(input) {
      if (input.length === 0) return undefined;
      const view = input.view();
      if (startsWith(view, [0x80, 0x01]) === false)
        throw new ProtocolError("bad_version", "not a strict binary message");
      const size = scanner.scan(view);
      if ((size ?? scanner.atLeast) > maxMessageBytes) {
        throw new ProtocolError("size_limit", `a message of more than ${maxMessageBytes} bytes`);
      }
      if (size === undefined) return undefined;
      scanner = new MessageScanner();
      input.consume(size);
      return view.subarray(0, size);
    },
  };
}
