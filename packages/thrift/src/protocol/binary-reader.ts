import { isUtf8 } from "node:buffer";
import { ProtocolError } from "./protocol-error.ts";
import type { MessageHeader, ProtocolReader } from "./protocol.ts";
import { MessageType, minimumSize, WireType } from "./wire-types.ts";

/** Nesting of structs and containers; Apache's `recursionLimit` is the same. */
const MAX_DEPTH = 64;
const VERSION_1 = 0x8001;

/** Reads the strict binary protocol in place from a complete message. */
export class BinaryReader implements ProtocolReader {
  fieldId = 0;
  readonly #bytes: Buffer;
  readonly #end: number;
  #at: number;
  #depth = 0;

  constructor(bytes: Buffer, start = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
  }

  /** Bytes behind the last value read. */
  get left(): number {
    return this.#end - this.#at;
  }

  readMessageBegin(): MessageHeader {
    const version = this.#bytes.readUInt16BE(this.#take(2));
    if (version !== VERSION_1) throw new ProtocolError("bad_version", "not a strict binary message");
    this.#take(1);
    const type = this.#bytes.readUInt8(this.#take(1));
    if (!isMessageType(type)) throw new ProtocolError("invalid_data", `message type ${type} does not exist`);
    const name = this.readString();
    return { name, type, sequenceId: this.readI32() };
  }

  readStructBegin(): void {
    this.#descend();
  }

  readStructEnd(): void {
    this.#depth -= 1;
  }

  readField(): number {
    const type = this.#bytes.readUInt8(this.#take(1));
    if (type === WireType.STOP) return type;
    if (minimumSize(type) === 0) throw new ProtocolError("invalid_data", `field type ${type} does not exist`);
    this.fieldId = this.#bytes.readInt16BE(this.#take(2));
    return type;
  }

  readListBegin(element: WireType): number {
    return this.#readContainer(element, "list");
  }

  readSetBegin(element: WireType): number {
    return this.#readContainer(element, "set");
  }

  readMapBegin(key: WireType, value: WireType): number {
    this.#descend();
    const [keyType, valueType, size] = this.#readMapHeader();
    if (size > 0 && (keyType !== key || valueType !== value)) throw unexpected("map", `${keyType}, ${valueType}`);
    return size;
  }

  readContainerEnd(): void {
    this.#depth -= 1;
  }

  readBool(): boolean {
    return this.#bytes[this.#take(1)] !== 0;
  }

  readI8(): number {
    return this.#bytes.readInt8(this.#take(1));
  }

  readI16(): number {
    return this.#bytes.readInt16BE(this.#take(2));
  }

  readI32(): number {
    return this.#bytes.readInt32BE(this.#take(4));
  }

  readI64(): bigint {
    return this.#bytes.readBigInt64BE(this.#take(8));
  }

  readDouble(): number {
    return this.#bytes.readDoubleBE(this.#take(8));
  }

  readString(): string {
    const size = this.#readSize(1);
    const start = this.#take(size);
    // Checked by hand: toString would replace what is not UTF-8 and hide it.
    if (!isUtf8(this.#bytes.subarray(start, start + size)))
      throw new ProtocolError("invalid_data", "a string is not UTF-8");
    return this.#bytes.toString("utf8", start, start + size);
  }

  readBinary(): Uint8Array {
    const size = this.#readSize(1);
    const start = this.#take(size);
    return Uint8Array.from(this.#bytes.subarray(start, start + size));
  }

  readUuid(): string {
    const start = this.#take(16);
    const hex = this.#bytes.toString("hex", start, start + 16);
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
  }

  skip(type: number): void {
    switch (type) {
      case WireType.STRING:
        this.#take(this.#readSize(1));
        return;
      case WireType.STRUCT:
        this.#descend();
        for (let field = this.readField(); field !== WireType.STOP; field = this.readField()) this.skip(field);
        this.#depth -= 1;
        return;
      case WireType.LIST:
      case WireType.SET: {
        this.#descend();
        const [element, size] = this.#readListHeader();
        for (let index = 0; index < size; index += 1) this.skip(element);
        this.#depth -= 1;
        return;
      }
      case WireType.MAP: {
        this.#descend();
        const [key, value, size] = this.#readMapHeader();
        for (let index = 0; index < size; index += 1) {
          this.skip(key);
          this.skip(value);
        }
        this.#depth -= 1;
        return;
      }
      default: {
        const size = minimumSize(type);
        if (size === 0) throw new ProtocolError("invalid_data", `type ${type} does not exist`);
        this.#take(size);
      }
    }
  }

  #readContainer(element: WireType, what: string): number {
    this.#descend();
    const [type, size] = this.#readListHeader();
    if (size > 0 && type !== element) throw unexpected(what, String(type));
    return size;
  }

  #readListHeader(): [type: number, size: number] {
    const type = this.#bytes.readUInt8(this.#take(1));
    return [type, this.#readElements(minimumSize(type))];
  }

  #readMapHeader(): [key: number, value: number, size: number] {
    const key = this.#bytes.readUInt8(this.#take(1));
    const value = this.#bytes.readUInt8(this.#take(1));
    const isKnown = minimumSize(key) > 0 && minimumSize(value) > 0;
    return [key, value, this.#readElements(isKnown ? minimumSize(key) + minimumSize(value) : 0)];
  }

  #readElements(elementSize: number): number {
    const size = this.#readSize(elementSize);
    if (size > 0 && elementSize === 0)
      throw new ProtocolError("invalid_data", "a container of a type that does not exist");
    return size;
  }

  /** A count of things of at least `each` bytes: what promises more than there is left is refused before it costs anything. */
  #readSize(each: number): number {
    const size = this.readI32();
    if (size < 0) throw new ProtocolError("invalid_data", "a negative size");
    if (size * each > this.left) throw new ProtocolError("truncated", "a size beyond the end of the message");
    return size;
  }

  #descend(): void {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw new ProtocolError("depth_limit", `nested deeper than ${MAX_DEPTH}`);
  }

  /** Moves past `size` bytes and answers where they start. */
  #take(size: number): number {
    const start = this.#at;
    if (start + size > this.#end) throw new ProtocolError("truncated", "the message ends too early");
    this.#at = start + size;
    return start;
  }
}

function isMessageType(type: number): type is MessageType {
  return type >= MessageType.CALL && type <= MessageType.ONEWAY;
}

function unexpected(what: string, types: string): ProtocolError {
  return new ProtocolError("invalid_data", `a ${what} of unexpected type ${types}`);
}
