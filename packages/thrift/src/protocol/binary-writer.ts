import { ProtocolError } from "./protocol-error.ts";
import type { MessageHeader, ProtocolWriter } from "./protocol.ts";
import type { WireType } from "./wire-types.ts";

const INITIAL_BYTES = 512;
/** What the readers allow: nothing is written that they would refuse, and a value that holds itself ends here. */
const MAX_DEPTH = 64;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Writes the strict binary protocol into one growing buffer. */
export class BinaryWriter implements ProtocolWriter {
  #bytes = Buffer.allocUnsafe(INITIAL_BYTES);
  #at = 0;
  #depth = 0;

  /** Bytes written so far; also a mark for `rollback`. */
  get length(): number {
    return this.#at;
  }

  /** Takes back everything behind the mark: a value that failed half-way leaves nothing. */
  rollback(mark: number): void {
    this.#at = mark;
    this.#depth = 0;
  }

  /** A copy of what was written from `start` on. */
  bytes(start = 0): Buffer {
    return Buffer.from(this.#bytes.subarray(start, this.#at));
  }

  /** Four bytes to be filled by `endFrame`. */
  beginFrame(): number {
    return this.#reserve(4);
  }

  endFrame(start: number): void {
    this.#bytes.writeUInt32BE(this.#at - start - 4, start);
  }

  writeMessageBegin({ name, type, sequenceId }: MessageHeader): void {
    const at = this.#reserve(4);
    this.#bytes.writeUInt32BE(0x8001_0000 + type, at);
    this.writeString(name);
    this.writeI32(sequenceId);
  }

  writeStructBegin(): void {
    this.#descend();
  }

  writeContainerEnd(): void {
    this.#depth -= 1;
  }

  writeField(type: WireType, id: number): void {
    const at = this.#reserve(3);
    this.#bytes.writeUInt8(type, at);
    this.#bytes.writeInt16BE(id, at + 1);
  }

  writeStop(): void {
    const at = this.#reserve(1);
    this.#bytes.writeUInt8(0, at);
    this.#depth -= 1;
  }

  writeListBegin(element: WireType, size: number): void {
    this.#descend();
    const at = this.#reserve(5);
    this.#bytes.writeUInt8(element, at);
    this.#bytes.writeInt32BE(count("list or set", size), at + 1);
  }

  writeSetBegin(element: WireType, size: number): void {
    this.writeListBegin(element, size);
  }

  writeMapBegin(key: WireType, value: WireType, size: number): void {
    this.#descend();
    const at = this.#reserve(6);
    this.#bytes.writeUInt8(key, at);
    this.#bytes.writeUInt8(value, at + 1);
    this.#bytes.writeInt32BE(count("map", size), at + 2);
  }

  writeBool(value: boolean): void {
    if (typeof value !== "boolean") throw mismatch("bool", value);
    const at = this.#reserve(1);
    this.#bytes.writeUInt8(value ? 1 : 0, at);
  }

  writeI8(value: number): void {
    const at = this.#reserve(1);
    this.#bytes.writeInt8(whole("i8", value, 0x7f), at);
  }

  writeI16(value: number): void {
    const at = this.#reserve(2);
    this.#bytes.writeInt16BE(whole("i16", value, 0x7fff), at);
  }

  writeI32(value: number): void {
    const at = this.#reserve(4);
    this.#bytes.writeInt32BE(whole("i32", value, 0x7fff_ffff), at);
  }

  writeI64(value: bigint): void {
    if (typeof value !== "bigint" || BigInt.asIntN(64, value) !== value) throw mismatch("i64", value);
    const at = this.#reserve(8);
    this.#bytes.writeBigInt64BE(value, at);
  }

  writeDouble(value: number): void {
    if (typeof value !== "number") throw mismatch("double", value);
    const at = this.#reserve(8);
    this.#bytes.writeDoubleBE(value, at);
  }

  writeString(value: string): void {
    if (typeof value !== "string" || !value.isWellFormed()) throw mismatch("string", value);
    const size = Buffer.byteLength(value);
    const at = this.#reserve(4 + size);
    this.#bytes.writeInt32BE(size, at);
    this.#bytes.write(value, at + 4, "utf8");
  }

  writeBinary(value: Uint8Array): void {
    if (!(value instanceof Uint8Array)) throw mismatch("binary", value);
    const at = this.#reserve(4 + value.length);
    this.#bytes.writeInt32BE(value.length, at);
    this.#bytes.set(value, at + 4);
  }

  writeUuid(value: string): void {
    if (typeof value !== "string" || !UUID.test(value)) throw mismatch("uuid", value);
    const at = this.#reserve(16);
    this.#bytes.write(value.replaceAll("-", ""), at, "hex");
  }

  #descend(): void {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw new ProtocolError("depth_limit", `nested deeper than ${MAX_DEPTH}`);
  }

  /** To be called before `#bytes` is touched: it may be another buffer afterwards. */
  #reserve(size: number): number {
    const at = this.#at;
    const needed = at + size;
    if (needed > this.#bytes.length) {
      const grown = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2));
      this.#bytes.copy(grown, 0, 0, at);
      this.#bytes = grown;
    }
    this.#at = needed;
    return at;
  }
}

function whole(type: string, value: number, max: number): number {
  if (!Number.isInteger(value) || value > max || value < -max - 1) throw mismatch(type, value);
  return value;
}

/** The number of elements, which is absent when the value is no container at all. */
function count(type: string, size: number): number {
  if (!Number.isInteger(size) || size < 0) throw new ProtocolError("invalid_data", `a value that is no ${type}`);
  return size;
}

/** Names the types only: the value may be a secret. */
function mismatch(type: string, value: unknown): ProtocolError {
  return new ProtocolError("invalid_data", `a value of JavaScript type ${typeof value} cannot be written as ${type}`);
}
