import { FramedDialect, UnframedDialect } from "./direct-dialect.ts";
import { startsWith } from "./first-bytes.ts";
import { HEADER_MAGIC, openHeader } from "./header-dialect.ts";
import type { InputBuffer } from "./input-buffer.ts";
import type { MessageReader } from "./message-input.ts";
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
  /** The next complete message, or undefined when it has not arrived yet; valid as long as the input. Throws ProtocolError. */
  next(input: InputBuffer): Buffer | undefined;
  /** The same, to be read where it lies. */
  read(input: InputBuffer): MessageReader | undefined;
  /** Of the message that was answered last, where each says for itself how it is written. */
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
  return isFramed ? new FramedDialect(name, maxMessageBytes) : new UnframedDialect(name, maxMessageBytes);
}
