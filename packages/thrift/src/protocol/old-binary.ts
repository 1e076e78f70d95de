import { BinaryReader } from "./binary-reader.ts";
import { BinaryScanner } from "./binary-scanner.ts";
import { BinaryWriter } from "./binary-writer.ts";
import { toMessageType } from "./message-input.ts";
import type { NameTable } from "./name-table.ts";
import { ProtocolError } from "./protocol-error.ts";
import type { MessageHeader } from "./protocol.ts";

/** Longer names of methods cannot open a connection. */
const LONGEST_NAME = 256;

/** The binary protocol as it was before it had a version: a message begins with the length of its name. */
export class OldBinaryWriter extends BinaryWriter {
  override writeMessageBegin({ name, type, sequenceId }: MessageHeader): void {
    this.writeString(name);
    this.writeI8(type);
    this.writeI32(sequenceId);
  }
}

export class OldBinaryReader extends BinaryReader {
  override readMessageBegin(names?: NameTable): MessageHeader {
    const size = this.readI32();
    if (size < 0) throw new ProtocolError("bad_version", "not an old-style binary message");
    const name = this.takeName(size, names);
    const type = toMessageType(this.readI8());
    return { name, type, sequenceId: this.readI32() };
  }
}

export class OldBinaryScanner extends BinaryScanner {
  protected override scanHeader(bytes: Buffer): boolean {
    if (bytes.length < 4) return false;
    const size = bytes.readInt32BE(0);
    if (size < 0) throw new ProtocolError("bad_version", "not an old-style binary message");
    // The name is followed by the type and the sequence id.
    this.at = 4 + size + 5;
    return true;
  }
}

/**
 * Whether these bytes begin a message that could open a connection; undefined: too few to tell. Nothing but its form tells
 * an old-style message from noise, so that the whole header must look like one: a short length, a name as an IDL may have
 * it, and a type that exists.
 */
export function beginsOldBinary(bytes: Buffer): boolean | undefined {
  if ([...bytes.subarray(0, 2)].some((byte) => byte !== 0)) return false;
  if (bytes.length < 4) return undefined;
  const size = bytes.readUInt32BE(0);
  if (size === 0 || size > LONGEST_NAME) return false;
  const name = bytes.toString("latin1", 4, 4 + size);
  if (name !== "" && !/^[A-Za-z_][\w.:-]*$/.test(name)) return false;
  const type = bytes[4 + size];
  return type === undefined ? undefined : type >= 1 && type <= 4;
}
