import { BinaryReader } from "./binary-reader.ts";
import { BinaryScanner } from "./binary-scanner.ts";
import { BinaryWriter } from "./binary-writer.ts";
import { CompactReader } from "./compact-reader.ts";
import { CompactScanner } from "./compact-scanner.ts";
import { beginsCompact } from "./compact-types.ts";
import { CompactWriter } from "./compact-writer.ts";
import { startsWith } from "./first-bytes.ts";
import { JsonReader } from "./json-reader.ts";
import { JsonScanner } from "./json-scanner.ts";
import { JsonWriter } from "./json-writer.ts";
import type { MessageReader } from "./message-input.ts";
import type { MessageWriter } from "./message-output.ts";
import type { MessageScanner } from "./message-scanner.ts";
import { beginsOldBinary, OldBinaryReader, OldBinaryScanner, OldBinaryWriter } from "./old-binary.ts";

/** How values become bytes. */
export interface Protocol {
  /** Whether a connection that begins with these bytes speaks it; undefined: too few to tell. */
  readonly begins: (bytes: Buffer) => boolean | undefined;
  /** Of the message between two places of the bytes, by default all of them. */
  readonly openReader: (bytes: Buffer, start?: number, end?: number) => MessageReader;
  readonly openWriter: () => MessageWriter;
  /** For messages without a frame. */
  readonly openScanner: () => MessageScanner;
}

export type ProtocolName = "binary" | "compact" | "json" | "old-binary";

export const PROTOCOLS: Readonly<Record<ProtocolName, Protocol>> = {
  binary: {
    begins: (bytes) => startsWith(bytes, [0x80, 0x01]),
    openReader: (bytes, start, end) => new BinaryReader(bytes, start, end),
    openWriter: () => new BinaryWriter(),
    openScanner: () => new BinaryScanner(),
  },
  compact: {
    begins: beginsCompact,
    openReader: (bytes, start, end) => new CompactReader(bytes, start, end),
    openWriter: () => new CompactWriter(),
    openScanner: () => new CompactScanner(),
  },
  json: {
    begins: (bytes) => startsWith(bytes, [0x5b]),
    openReader: (bytes, start, end) => new JsonReader(bytes, start, end),
    openWriter: () => new JsonWriter(),
    openScanner: () => new JsonScanner(),
  },
  /** Without a version in its messages: what clients before Thrift 0.9 and some of Uber's speak. */
  "old-binary": {
    begins: beginsOldBinary,
    openReader: (bytes, start, end) => new OldBinaryReader(bytes, start, end),
    openWriter: () => new OldBinaryWriter(),
    openScanner: () => new OldBinaryScanner(),
  },
};
