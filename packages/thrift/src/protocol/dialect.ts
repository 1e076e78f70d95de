import { startsWith } from "./first-bytes.ts";
import { HEADER_MAGIC, openHeader } from "./header-dialect.ts";
import type { InputBuffer } from "./input-buffer.ts";
import { ProtocolError } from "./protocol-error.ts";
import { PROTOCOLS, type Protocol, type ProtocolName } from "./protocols.ts";

/** How one message is written, and how the reply to it has to be. */
export interface MessageDialect {
  readonly name: string;
  readonly protocol: Protocol;
  readonly isFramed: boolean;
  /** What the message bears besides itself. */
  readonly headers?: ReadonlyMap<string, string>;
  /** Puts around a reply what else belongs there. */
  readonly seal?: (reply: Buffer) => Buffer;
}

/** A way in which messages follow each other on a connection. */
export interface Dialect extends MessageDialect {
  /** The next complete message, or undefined when it has not arrived yet. Throws ProtocolError. */
  next(input: InputBuffer): Buffer | undefined;
  /** Of the message that `next` answered last, where each says for itself how it is written. */
  readonly latest?: MessageDialect;
}

type Matches = (bytes: Buffer) => boolean | undefined;

interface Signature {
  readonly what: string;
  /** Whether these bytes open a connection of this kind; undefined: too few to tell. */
  readonly matches: Matches;
  /** Absent for what is recognised only to be refused with its name. */
  readonly open?: (maxMessageBytes: number) => Dialect;
}

/** Every legal frame is shorter than 2^24 bytes, so its first byte is 0 and no dialect is mistaken for another. */
const SIGNATURES: readonly Signature[] = [
  ...spoken("binary"),
  ...spoken("compact"),
  ...spoken("json"),
  ...spoken("old-binary"),
  { what: "THeader", matches: inFrame((bytes) => startsWith(bytes, HEADER_MAGIC)), open: openHeader },
  { what: "TLS", matches: (bytes) => startsWith(bytes, [0x16, 0x03]) },
  {
    what: "HTTP",
    matches: (bytes) => {
      if (!/^[A-Z]*$/.test(bytes.toString("latin1", 0, 3))) return false;
      return bytes.length < 4 ? undefined : true;
    },
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

function spoken(name: ProtocolName): Signature[] {
  const { begins } = PROTOCOLS[name];
  const open = (isFramed: boolean) => (maxMessageBytes: number) => openDialect(name, { isFramed, maxMessageBytes });
  return [
    { what: `unframed ${name}`, matches: begins, open: open(false) },
    { what: `framed ${name}`, matches: inFrame(begins), open: open(true) },
  ];
}

function inFrame(matches: Matches): Matches {
  return (bytes) => {
    if (bytes.length > 0 && bytes[0] !== 0) return false;
    // An empty frame says nothing, and waiting for more would leave its sender hanging.
    if (bytes.length >= 4 && bytes.readUInt32BE(0) === 0) return false;
    return bytes.length < 4 ? undefined : matches(bytes.subarray(4));
  };
}

/** The dialect of a client that knows what it speaks. */
export function openDialect(
  name: ProtocolName,
  { isFramed, maxMessageBytes }: { readonly isFramed: boolean; readonly maxMessageBytes: number },
): Dialect {
  return isFramed ? openFramed(name, maxMessageBytes) : openUnframed(name, maxMessageBytes);
}

function openFramed(name: ProtocolName, maxMessageBytes: number): Dialect {
  return {
    name: `framed ${name}`,
    protocol: PROTOCOLS[name],
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

function openUnframed(name: ProtocolName, maxMessageBytes: number): Dialect {
  const protocol = PROTOCOLS[name];
  let scanner = protocol.openScanner();
  return {
    name: `unframed ${name}`,
    protocol,
    isFramed: false,
    next(input) {
      if (input.length === 0) return undefined;
      const view = input.view();
      const size = scanner.scan(view);
      if ((size ?? scanner.atLeast) > maxMessageBytes) {
        throw new ProtocolError("size_limit", `a message of more than ${maxMessageBytes} bytes`);
      }
      if (size === undefined) return undefined;
      scanner = protocol.openScanner();
      input.consume(size);
      return view.subarray(0, size);
    },
  };
}
