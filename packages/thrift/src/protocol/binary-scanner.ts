import { startsWith } from "./first-bytes.ts";
import { ValueScanner } from "./message-scanner.ts";
import { ProtocolError } from "./protocol-error.ts";
import { minimumSize, WireType } from "./wire-types.ts";

const VERSION_1 = [0x80, 0x01];
const STRICT_HEADER_BYTES = 8;

/** Finds the end of an unframed strict binary message. */
export class BinaryScanner extends ValueScanner {
  protected scanHeader(bytes: Buffer): boolean {
    if (startsWith(bytes, VERSION_1) === false) throw new ProtocolError("bad_version", "not a strict binary message");
    if (bytes.length < STRICT_HEADER_BYTES) return false;
    // The name is followed by the sequence id.
    this.at = STRICT_HEADER_BYTES + readSize(bytes, 4) + 4;
    return true;
  }

  protected scanField(bytes: Buffer): boolean {
    const type = bytes[this.at];
    if (type === undefined) return false;
    if (type !== WireType.STOP) return this.scanValue(bytes, type, this.at + 3);
    this.closeStruct(this.at + 1);
    return true;
  }

  protected scanValue(bytes: Buffer, type: number, start: number): boolean {
    const fixed = this.fixedSize(type);
    if (fixed > 0) {
      this.at = start + fixed;
      return true;
    }
    switch (type) {
      case WireType.STRING:
        if (bytes.length < start + 4) return false;
        this.at = start + 4 + readSize(bytes, start);
        return true;
      case WireType.STRUCT:
        this.openStruct(start);
        return true;
      case WireType.LIST:
      case WireType.SET:
        if (bytes.length < start + 5) return false;
        this.#openContainer([bytes.readUInt8(start)], readSize(bytes, start + 1), start + 5);
        return true;
      case WireType.MAP:
        if (bytes.length < start + 6) return false;
        this.#openContainer(
          [bytes.readUInt8(start), bytes.readUInt8(start + 1)],
          readSize(bytes, start + 2),
          start + 6,
        );
        return true;
      default:
        throw new ProtocolError("invalid_data", `type ${type} does not exist`);
    }
  }

  protected fixedSize(type: number): number {
    const isVariable = type === WireType.STRING || (type >= WireType.STRUCT && type <= WireType.LIST);
    return isVariable ? 0 : minimumSize(type);
  }

  #openContainer(types: readonly number[], rounds: number, at: number): void {
    const unknown = types.find((type) => minimumSize(type) === 0);
    if (rounds > 0 && unknown !== undefined) throw new ProtocolError("invalid_data", `type ${unknown} does not exist`);
    this.openElements(types, rounds, at);
  }
}

function readSize(bytes: Buffer, at: number): number {
  const size = bytes.readInt32BE(at);
  if (size < 0) throw new ProtocolError("invalid_data", "a negative size");
  return size;
}
