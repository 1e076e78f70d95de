import { beginsCompact, fromCompactType, minimumCompactSize } from "./compact-types.ts";
import { ValueScanner } from "./message-scanner.ts";
import { ProtocolError } from "./protocol-error.ts";
import { WireType } from "./wire-types.ts";

/** Finds the end of an unframed compact message. */
export class CompactScanner extends ValueScanner {
  protected scanHeader(bytes: Buffer): boolean {
    if (beginsCompact(bytes) === false) throw new ProtocolError("bad_version", "not a compact message");
    const sequence = varintEnd(bytes, 2, 5);
    const name = sequence === undefined ? undefined : readVarint(bytes, sequence);
    if (name === undefined) return false;
    this.at = name.end + name.value;
    return true;
  }

  protected scanField(bytes: Buffer): boolean {
    const header = bytes[this.at];
    if (header === undefined) return false;
    if (header === 0) {
      this.closeStruct(this.at + 1);
      return true;
    }
    const type = existing(fromCompactType(header & 0x0f));
    const start = header > 0x0f ? this.at + 1 : varintEnd(bytes, this.at + 1, 5);
    if (start === undefined) return false;
    if (type !== WireType.BOOL) return this.scanValue(bytes, type, start);
    // Its value was in the header.
    this.at = start;
    return true;
  }

  protected scanValue(bytes: Buffer, type: number, start: number): boolean {
    switch (type) {
      case WireType.I16:
      case WireType.I32:
        return this.#moveTo(varintEnd(bytes, start, 5));
      case WireType.I64:
        return this.#moveTo(varintEnd(bytes, start, 10));
      case WireType.STRING: {
        const size = readVarint(bytes, start);
        return this.#moveTo(size === undefined ? undefined : size.end + size.value);
      }
      case WireType.STRUCT:
        this.openStruct(start);
        return true;
      case WireType.LIST:
      case WireType.SET:
        return this.#openList(bytes, start);
      case WireType.MAP:
        return this.#openMap(bytes, start);
      default:
        return this.#moveTo(start + this.fixedSize(existing(type)));
    }
  }

  protected fixedSize(type: number): number {
    switch (type) {
      case WireType.BOOL:
      case WireType.I8:
        return 1;
      case WireType.DOUBLE:
      case WireType.UUID:
        return minimumCompactSize(type);
      default:
        return 0;
    }
  }

  #openList(bytes: Buffer, start: number): boolean {
    const header = bytes[start];
    if (header === undefined) return false;
    const size = header >> 4 === 15 ? readVarint(bytes, start + 1) : { value: header >> 4, end: start + 1 };
    if (size === undefined) return false;
    const type = fromCompactType(header & 0x0f);
    if (size.value > 0) existing(type);
    this.openElements([type], size.value, size.end);
    return true;
  }

  #openMap(bytes: Buffer, start: number): boolean {
    const size = readVarint(bytes, start);
    if (size === undefined) return false;
    if (size.value === 0) {
      this.openElements([WireType.STOP], 0, size.end);
      return true;
    }
    const types = bytes[size.end];
    if (types === undefined) return false;
    const [key, value] = [existing(fromCompactType(types >> 4)), existing(fromCompactType(types & 0x0f))];
    this.openElements([key, value], size.value, size.end + 1);
    return true;
  }

  #moveTo(end: number | undefined): boolean {
    if (end === undefined) return false;
    this.at = end;
    return true;
  }
}

function existing<Type extends number>(type: Type): Type {
  if (type === WireType.STOP) throw new ProtocolError("invalid_data", "a type that does not exist");
  return type;
}

/** Behind the varint that begins at `start`; undefined when it goes on after what has arrived. */
function varintEnd(bytes: Buffer, start: number, longest: number): number | undefined {
  for (let at = start; at < start + longest; at += 1) {
    const byte = bytes[at];
    if (byte === undefined) return undefined;
    if (byte < 0x80) return at + 1;
  }
  throw new ProtocolError("invalid_data", `a varint of more than ${longest} bytes`);
}

/** A size. */
function readVarint(bytes: Buffer, start: number): { readonly value: number; readonly end: number } | undefined {
  const end = varintEnd(bytes, start, 5);
  if (end === undefined) return undefined;
  let value = 0;
  for (let at = end - 1; at >= start; at -= 1) value = value * 128 + (bytes.readUInt8(at) & 0x7f);
  if (value > 0x7fff_ffff) throw new ProtocolError("invalid_data", "a negative size");
  return { value, end };
}
