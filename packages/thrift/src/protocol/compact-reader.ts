import { COMPACT_FALSE, COMPACT_TRUE, fromCompactType, minimumCompactSize } from "./compact-types.ts";
import { MessageInput, toMessageType, unexpectedElements, type MessageReader } from "./message-input.ts";
import type { NameTable } from "./name-table.ts";
import { ProtocolError } from "./protocol-error.ts";
import type { MessageHeader } from "./protocol.ts";
import { WireType } from "./wire-types.ts";

/** Reads the compact protocol (thrift-compact-protocol.md). */
export class CompactReader extends MessageInput implements MessageReader {
  fieldId = 0;
  /** Ids of the last fields of the structs around this one. */
  readonly #outer: number[] = [];
  /** The value of a bool field, which came with its header. */
  #fieldBool: boolean | undefined;

  readMessageBegin(names?: NameTable): MessageHeader {
    const isVersion1 = this.#readByte() === 0x82;
    const version = this.#readByte();
    if (!isVersion1 || (version & 0x1f) !== 1) throw new ProtocolError("bad_version", "not a compact message");
    const type = toMessageType(version >> 5);
    // A signed number, written as if it had no sign.
    const sequenceId = this.#readVarint32() | 0;
    return { name: this.takeName(this.#readSize(1), names), type, sequenceId };
  }

  readStructBegin(): void {
    this.descend();
    this.#outer.push(this.fieldId);
    this.fieldId = 0;
  }

  readStructEnd(): void {
    this.ascend();
    this.fieldId = this.#outer.pop() ?? 0;
  }

  readField(): number {
    const header = this.#readByte();
    if (header === 0) return WireType.STOP;
    const compact = header & 0x0f;
    const type = fromCompactType(compact);
    if (type === WireType.STOP) throw new ProtocolError("invalid_data", `field type ${compact} does not exist`);
    const delta = header >> 4;
    this.fieldId = delta === 0 ? this.readI16() : this.fieldId + delta;
    if (this.fieldId > 0x7fff) throw new ProtocolError("invalid_data", "a field id that is too large");
    this.#fieldBool = type === WireType.BOOL ? compact === COMPACT_TRUE : undefined;
    return type;
  }

  readListBegin(element: WireType): number {
    return this.#readContainer(element, "list");
  }

  readSetBegin(element: WireType): number {
    return this.#readContainer(element, "set");
  }

  readMapBegin(key: WireType, value: WireType): number {
    this.descend();
    const [keyType, valueType, size] = this.#readMapHeader();
    if (size > 0 && (keyType !== key || valueType !== value))
      throw unexpectedElements("map", `${keyType}, ${valueType}`);
    return size;
  }

  readContainerEnd(): void {
    this.ascend();
  }

  readBool(): boolean {
    const fieldBool = this.#fieldBool;
    if (fieldBool !== undefined) {
      this.#fieldBool = undefined;
      return fieldBool;
    }
    const byte = this.#readByte();
    // The specification says 0 for false, Apache's libraries write 2.
    if (byte > COMPACT_FALSE) throw new ProtocolError("invalid_data", `${byte} is no bool`);
    return byte === COMPACT_TRUE;
  }

  readI8(): number {
    return this.buffer.readInt8(this.take(1));
  }

  readI16(): number {
    const value = this.readI32();
    if (value > 0x7fff || value < -0x8000) throw new ProtocolError("invalid_data", "an i16 that is too large");
    return value;
  }

  readI32(): number {
    const zigzag = this.#readVarint32();
    return (zigzag >>> 1) ^ -(zigzag & 1);
  }

  readI64(): bigint {
    const zigzag = this.#readVarint64();
    return (zigzag >> 1n) ^ -(zigzag & 1n);
  }

  readDouble(): number {
    return this.buffer.readDoubleLE(this.take(8));
  }

  readString(): string {
    return this.takeText(this.#readSize(1));
  }

  readBinary(): Uint8Array {
    return this.takeBinary(this.#readSize(1));
  }

  readUuid(): string {
    return this.takeUuid();
  }

  skip(type: number): void {
    switch (type) {
      case WireType.BOOL:
        this.readBool();
        return;
      case WireType.I8:
        this.take(1);
        return;
      case WireType.I16:
      case WireType.I32:
        this.#readVarint32();
        return;
      case WireType.I64:
        this.#readVarint64();
        return;
      case WireType.DOUBLE:
        this.take(8);
        return;
      case WireType.UUID:
        this.take(16);
        return;
      case WireType.STRING:
        this.take(this.#readSize(1));
        return;
      case WireType.STRUCT:
        this.readStructBegin();
        for (let field = this.readField(); field !== WireType.STOP; field = this.readField()) this.skip(field);
        this.readStructEnd();
        return;
      case WireType.LIST:
      case WireType.SET: {
        this.descend();
        const [element, size] = this.#readListHeader();
        for (let index = 0; index < size; index += 1) this.skip(element);
        this.ascend();
        return;
      }
      case WireType.MAP: {
        this.descend();
        const [key, value, size] = this.#readMapHeader();
        for (let index = 0; index < size; index += 1) {
          this.skip(key);
          this.skip(value);
        }
        this.ascend();
        return;
      }
      default:
        throw new ProtocolError("invalid_data", `type ${type} does not exist`);
    }
  }

  #readContainer(element: WireType, what: string): number {
    this.descend();
    const [type, size] = this.#readListHeader();
    if (size > 0 && type !== element) throw unexpectedElements(what, String(type));
    return size;
  }

  #readListHeader(): [type: WireType, size: number] {
    const header = this.#readByte();
    const type = fromCompactType(header & 0x0f);
    const size = header >> 4 === 15 ? this.#readVarint32() : header >> 4;
    this.#checkElements(size, minimumCompactSize(type));
    return [type, size];
  }

  #readMapHeader(): [key: WireType, value: WireType, size: number] {
    const size = this.#readVarint32();
    if (size === 0) return [WireType.STOP, WireType.STOP, 0];
    const types = this.#readByte();
    const key = fromCompactType(types >> 4);
    const value = fromCompactType(types & 0x0f);
    const isKnown = key !== WireType.STOP && value !== WireType.STOP;
    this.#checkElements(size, isKnown ? minimumCompactSize(key) + minimumCompactSize(value) : 0);
    return [key, value, size];
  }

  /** A length of things of at least `each` bytes, as `#checkElements` allows it. */
  #readSize(each: number): number {
    const size = this.#readVarint32();
    this.#checkElements(size, each);
    return size;
  }

  /** What promises more than there is left is refused before it costs anything. */
  #checkElements(size: number, each: number): void {
    if (size > 0x7fff_ffff) throw new ProtocolError("invalid_data", "a negative size");
    if (size > 0 && each === 0) throw new ProtocolError("invalid_data", "a container of a type that does not exist");
    if (size * each > this.left) throw new ProtocolError("truncated", "a size beyond the end of the message");
  }

  #readByte(): number {
    return this.buffer.readUInt8(this.take(1));
  }

  /** At most 5 bytes; 0 to 2^32 - 1. */
  #readVarint32(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#readByte();
      if (shift === 28 && byte > 0x0f) break;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
    throw new ProtocolError("invalid_data", "a varint of more than 32 bits");
  }

  /** At most 10 bytes; 0 to 2^64 - 1. In pieces of 28 bits: arithmetic of numbers is faster than that of bigints. */
  #readVarint64(): bigint {
    let value = 0n;
    for (let start = 0; start < 84; start += 28) {
      let piece = 0;
      for (let shift = 0; shift < 28; shift += 7) {
        const byte = this.#readByte();
        if (start + shift === 63 && byte > 1) break;
        piece |= (byte & 0x7f) << shift;
        if (byte < 0x80) return value + (BigInt(piece) << BigInt(start));
      }
      value += BigInt(piece) << BigInt(start);
    }
    throw new ProtocolError("invalid_data", "a varint of more than 64 bits");
  }
}
