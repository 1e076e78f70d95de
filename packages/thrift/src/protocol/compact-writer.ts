import { COMPACT_FALSE, COMPACT_TRUE, toCompactType } from "./compact-types.ts";
import { MessageOutput, type MessageWriter } from "./message-output.ts";
import type { MessageHeader } from "./protocol.ts";
import {
  checkedBinary,
  checkedBool,
  checkedCount,
  checkedDouble,
  checkedI64,
  checkedInteger,
  checkedString,
  checkedUuid,
} from "./value-checks.ts";
import { WireType } from "./wire-types.ts";

const LONGEST_VARINT_32 = 5;
const LONGEST_VARINT_64 = 10;

/** Writes the compact protocol (thrift-compact-protocol.md). */
export class CompactWriter extends MessageOutput implements MessageWriter {
  /** Ids of the last fields of the structs around this one. */
  readonly #outer: number[] = [];
  #lastId = 0;
  /** A bool field whose header waits for the value, which is a part of it; undefined: none. */
  #boolId: number | undefined;

  override rewind(length: number): void {
    super.rewind(length);
    this.#outer.length = 0;
    this.#lastId = 0;
    this.#boolId = undefined;
  }

  writeMessageBegin({ name, type, sequenceId }: MessageHeader): void {
    this.#writeByte(0x82);
    this.#writeByte((type << 5) | 1);
    this.#writeVarint32(checkedInteger("i32", sequenceId, 0x7fff_ffff) >>> 0);
    this.writeString(name);
  }

  writeMessageEnd(): void {}

  writeStructBegin(): void {
    this.descend();
    this.#outer.push(this.#lastId);
    this.#lastId = 0;
  }

  writeField(type: WireType, id: number): void {
    if (type === WireType.BOOL) this.#boolId = id;
    else this.#writeFieldHeader(toCompactType(type), id);
  }

  writeStop(): void {
    this.#writeByte(0);
    this.#lastId = this.#outer.pop() ?? 0;
    this.ascend();
  }

  writeListBegin(element: WireType, size: number): void {
    this.descend();
    const count = checkedCount("list or set", size);
    const type = toCompactType(element);
    if (count < 15) {
      this.#writeByte((count << 4) | type);
      return;
    }
    this.#writeByte(0xf0 | type);
    this.#writeVarint32(count);
  }

  writeSetBegin(element: WireType, size: number): void {
    this.writeListBegin(element, size);
  }

  writeMapBegin(key: WireType, value: WireType, size: number): void {
    this.descend();
    this.#writeVarint32(checkedCount("map", size));
    if (size > 0) this.#writeByte((toCompactType(key) << 4) | toCompactType(value));
  }

  writeContainerEnd(): void {
    this.ascend();
  }

  writeBool(value: boolean): void {
    const type = checkedBool(value) ? COMPACT_TRUE : COMPACT_FALSE;
    const id = this.#boolId;
    if (id === undefined) {
      this.#writeByte(type);
      return;
    }
    this.#boolId = undefined;
    this.#writeFieldHeader(type, id);
  }

  writeI8(value: number): void {
    this.#writeByte(checkedInteger("i8", value, 0x7f) & 0xff);
  }

  writeI16(value: number): void {
    this.#writeZigzag(checkedInteger("i16", value, 0x7fff));
  }

  writeI32(value: number): void {
    this.#writeZigzag(checkedInteger("i32", value, 0x7fff_ffff));
  }

  writeI64(value: bigint): void {
    const whole = checkedI64(value);
    let rest = BigInt.asUintN(64, (whole << 1n) ^ (whole >> 63n));
    const start = this.reserve(LONGEST_VARINT_64);
    let at = start;
    // Pieces of 28 bits: arithmetic of numbers is faster than that of bigints.
    while (rest > 0xfff_ffffn) {
      let piece = Number(rest & 0xfff_ffffn);
      for (let group = 0; group < 4; group += 1) {
        this.buffer[at] = (piece & 0x7f) | 0x80;
        at += 1;
        piece >>>= 7;
      }
      rest >>= 28n;
    }
    this.end = this.#putVarint32(Number(rest), at);
  }

  writeDouble(value: number): void {
    const at = this.reserve(8);
    this.buffer.writeDoubleLE(checkedDouble(value), at);
  }

  writeString(value: string): void {
    const size = Buffer.byteLength(checkedString(value));
    this.#writeVarint32(size);
    const at = this.reserve(size);
    this.buffer.write(value, at, "utf8");
  }

  writeBinary(value: Uint8Array): void {
    const size = checkedBinary(value).length;
    this.#writeVarint32(size);
    const at = this.reserve(size);
    this.buffer.set(value, at);
  }

  writeUuid(value: string): void {
    const at = this.reserve(16);
    this.buffer.write(checkedUuid(value).replaceAll("-", ""), at, "hex");
  }

  #writeFieldHeader(compactType: number, id: number): void {
    const delta = id - this.#lastId;
    this.#lastId = id;
    if (delta > 0 && delta < 16) {
      this.#writeByte((delta << 4) | compactType);
      return;
    }
    this.#writeByte(compactType);
    this.#writeZigzag(id);
  }

  #writeByte(byte: number): void {
    const at = this.reserve(1);
    this.buffer[at] = byte;
  }

  #writeZigzag(value: number): void {
    this.#writeVarint32(((value << 1) ^ (value >> 31)) >>> 0);
  }

  #writeVarint32(value: number): void {
    const at = this.reserve(LONGEST_VARINT_32);
    this.end = this.#putVarint32(value, at);
  }

  /** Answers where the varint ends. */
  #putVarint32(value: number, start: number): number {
    let rest = value;
    let at = start;
    while (rest > 0x7f) {
      this.buffer[at] = (rest & 0x7f) | 0x80;
      at += 1;
      rest >>>= 7;
    }
    this.buffer[at] = rest;
    return at + 1;
  }
}
