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
import type { WireType } from "./wire-types.ts";

const VERSION_1 = 0x8001_0000;
/** Longer texts are worth a way into the engine, which the others are not. */
const SHORT_TEXT = 64;

/** Writes the strict binary protocol (thrift-binary-protocol.md). */
export class BinaryWriter extends MessageOutput implements MessageWriter {
  writeMessageBegin({ name, type, sequenceId }: MessageHeader): void {
    this.#putI32(VERSION_1 | type);
    this.writeString(name);
    this.writeI32(sequenceId);
  }

  /** Nothing marks the end of a message, the begin of a struct or the end of a container. */
  writeMessageEnd(): void {}

  writeStructBegin(): void {
    this.descend();
  }

  writeContainerEnd(): void {
    this.ascend();
  }

  writeField(type: WireType, id: number): void {
    const at = this.reserve(3);
    this.buffer[at] = type;
    this.buffer[at + 1] = id >> 8;
    this.buffer[at + 2] = id;
  }

  writeStop(): void {
    const at = this.reserve(1);
    this.buffer[at] = 0;
    this.ascend();
  }

  writeListBegin(element: WireType, size: number): void {
    this.descend();
    const at = this.reserve(5);
    this.buffer.writeUInt8(element, at);
    this.buffer.writeInt32BE(checkedCount("list or set", size), at + 1);
  }

  writeSetBegin(element: WireType, size: number): void {
    this.writeListBegin(element, size);
  }

  writeMapBegin(key: WireType, value: WireType, size: number): void {
    this.descend();
    const at = this.reserve(6);
    this.buffer.writeUInt8(key, at);
    this.buffer.writeUInt8(value, at + 1);
    this.buffer.writeInt32BE(checkedCount("map", size), at + 2);
  }

  writeBool(value: boolean): void {
    const at = this.reserve(1);
    this.buffer[at] = checkedBool(value) ? 1 : 0;
  }

  writeI8(value: number): void {
    const at = this.reserve(1);
    this.buffer.writeInt8(checkedInteger("i8", value, 0x7f), at);
  }

  writeI16(value: number): void {
    const at = this.reserve(2);
    this.buffer.writeInt16BE(checkedInteger("i16", value, 0x7fff), at);
  }

  writeI32(value: number): void {
    this.#putI32(checkedInteger("i32", value, 0x7fff_ffff));
  }

  writeI64(value: bigint): void {
    const at = this.reserve(8);
    this.buffer.writeBigInt64BE(checkedI64(value), at);
  }

  writeDouble(value: number): void {
    const at = this.reserve(8);
    this.buffer.writeDoubleBE(checkedDouble(value), at);
  }

  writeString(value: string): void {
    if (typeof value === "string" && value.length <= SHORT_TEXT && this.#putAscii(value)) return;
    const size = Buffer.byteLength(checkedString(value));
    const at = this.reserve(4 + size);
    this.buffer.writeInt32BE(size, at);
    this.buffer.write(value, at + 4, "utf8");
  }

  writeBinary(value: Uint8Array): void {
    const size = checkedBinary(value).length;
    const at = this.reserve(4 + size);
    this.buffer.writeInt32BE(size, at);
    this.buffer.set(value, at + 4);
  }

  writeUuid(value: string): void {
    const at = this.reserve(16);
    this.buffer.write(checkedUuid(value).replaceAll("-", ""), at, "hex");
  }

  #putI32(value: number): void {
    const at = this.reserve(4);
    this.buffer[at] = value >> 24;
    this.buffer[at + 1] = value >> 16;
    this.buffer[at + 2] = value >> 8;
    this.buffer[at + 3] = value;
  }

  /** False, and nothing written, for a text of other characters. */
  #putAscii(text: string): boolean {
    const start = this.end;
    this.#putI32(text.length);
    const at = this.reserve(text.length);
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index);
      if (code > 0x7f) {
        this.end = start;
        return false;
      }
      this.buffer[at + index] = code;
    }
    return true;
  }
}
