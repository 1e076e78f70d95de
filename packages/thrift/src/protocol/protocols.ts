import { BinaryReader } from "./binary-reader.ts";
import { BinaryScanner } from "./binary-scanner.ts";
import { BinaryWriter } from "./binary-writer.ts";
import { CompactReader } from "./compact-reader.ts";
import { CompactScanner } from "./compact-scanner.ts";
import { CompactWriter } from "./compact-writer.ts";
import { startsWith } from "./first-bytes.ts";
import { JsonReader } from "./json-reader.ts";
import { JsonScanner } from "./json-scanner.ts";
import { JsonWriter } from "./json-writer.ts";
import type { MessageReader } from "./message-input.ts";
import type { MessageWriter } from "./message-output.ts";
import type { MessageScanner } from "./message-scanner.ts";

/** How values become bytes. */
export interface Protocol {
  /** Whether these bytes begin a message; undefined: too few to tell. */
  readonly begins: (bytes: Buffer) => boolean | undefined;
  readonly openReader: (message: Buffer) => MessageReader;
  readonly openWriter: () => MessageWriter;
  /** For messages without a frame. */
  readonly openScanner: () => MessageScanner;
}

export type ProtocolName = "binary" | "compact" | "json";

export const PROTOCOLS: Readonly<Record<ProtocolName, Protocol>> = {
  binary: {
    begins: (bytes) => startsWith(bytes, [0x80, 0x01]),
    openReader: (message) => new BinaryReader(message),
    openWriter: () => new BinaryWriter(),
    openScanner: () => new BinaryScanner(),
  },
  compact: {
    begins: (bytes) => startsWith(bytes, [0x82]) && (bytes.length < 2 ? undefined : bytes.readUInt8(1) % 32 === 1),
    openReader: (message) => new CompactReader(message),
    openWriter: () => new CompactWriter(),
    openScanner: () => new CompactScanner(),
  },
  json: {
    begins: (bytes) => startsWith(bytes, [0x5b]),
    openReader: (message) => new JsonReader(message),
    openWriter: () => new JsonWriter(),
    openScanner: () => new JsonScanner(),
  },
};
