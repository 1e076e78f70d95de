import { JsonContext } from "./json-context.ts";
import { toJsonType } from "./json-types.ts";
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

/** Writes the JSON protocol, version 1, as Apache's TJSONProtocol does. */
export class JsonWriter extends MessageOutput implements MessageWriter {
  #context = new JsonContext();
  /** For each open struct, whether a field of it is open. */
  #openFields: boolean[] = [];

  override rewind(length: number): void {
    super.rewind(length);
    this.#context = new JsonContext();
    this.#openFields = [];
  }

  writeMessageBegin({ name, type, sequenceId }: MessageHeader): void {
    this.#open("[");
    this.#writeNumber("1");
    this.writeString(name);
    this.#writeNumber(String(type));
    this.writeI32(sequenceId);
  }

  writeMessageEnd(): void {
    this.#close("]");
  }

  writeStructBegin(): void {
    this.descend();
    this.#open("{");
    this.#openFields.push(false);
  }

  writeField(type: WireType, id: number): void {
    if (this.#openFields.pop() === true) this.#close("}");
    this.#openFields.push(true);
    this.#writeNumber(String(id));
    this.#open("{");
    this.#writeQuoted(toJsonType(type));
  }

  writeStop(): void {
    if (this.#openFields.pop() === true) this.#close("}");
    this.#close("}");
    this.ascend();
  }

  writeListBegin(element: WireType, size: number): void {
    this.descend();
    const count = checkedCount("list or set", size);
    this.#open("[");
    this.#writeQuoted(toJsonType(element));
    this.#writeNumber(String(count));
  }

  writeSetBegin(element: WireType, size: number): void {
    this.writeListBegin(element, size);
  }

  writeMapBegin(key: WireType, value: WireType, size: number): void {
    this.descend();
    const count = checkedCount("map", size);
    this.#open("[");
    this.#writeQuoted(toJsonType(key));
    this.#writeQuoted(toJsonType(value));
    this.#writeNumber(String(count));
    this.#open("{");
  }

  writeContainerEnd(): void {
    if (this.#context.isObject) this.#close("}");
    this.#close("]");
    this.ascend();
  }

  writeBool(value: boolean): void {
    this.#writeNumber(checkedBool(value) ? "1" : "0");
  }

  writeI8(value: number): void {
    this.#writeNumber(String(checkedInteger("i8", value, 0x7f)));
  }

  writeI16(value: number): void {
    this.#writeNumber(String(checkedInteger("i16", value, 0x7fff)));
  }

  writeI32(value: number): void {
    this.#writeNumber(String(checkedInteger("i32", value, 0x7fff_ffff)));
  }

  writeI64(value: bigint): void {
    this.#writeNumber(String(checkedI64(value)));
  }

  writeDouble(value: number): void {
    const text = Object.is(checkedDouble(value), -0) ? "-0" : String(value);
    if (Number.isFinite(value)) this.#writeNumber(text);
    else this.#writeQuoted(text);
  }

  writeString(value: string): void {
    const text = JSON.stringify(checkedString(value));
    this.#separate();
    this.#writeText(text);
  }

  /** With padding: Go reads nothing else, and all others read both. */
  writeBinary(value: Uint8Array): void {
    const { buffer, byteOffset, byteLength } = checkedBinary(value);
    this.#writeQuoted(Buffer.from(buffer, byteOffset, byteLength).toString("base64"));
  }

  writeUuid(value: string): void {
    this.#writeQuoted(checkedUuid(value).toLowerCase());
  }

  #open(bracket: "[" | "{"): void {
    this.#separate();
    this.#writeAscii(bracket);
    this.#context.open(bracket === "{");
  }

  #close(bracket: "]" | "}"): void {
    this.#context.close();
    this.#writeAscii(bracket);
  }

  /** In quotes where it is a key. */
  #writeNumber(digits: string): void {
    const isKey = this.#separate();
    this.#writeAscii(isKey ? `"${digits}"` : digits);
  }

  /** Text that needs no escapes. */
  #writeQuoted(text: string): void {
    this.#separate();
    this.#writeAscii(`"${text}"`);
  }

  /** Answers whether a key comes. */
  #separate(): boolean {
    const place = this.#context.next();
    if (place === "value") this.#writeAscii(":");
    else if (place === "next" || place === "next_key") this.#writeAscii(",");
    return place === "key" || place === "next_key";
  }

  #writeAscii(text: string): void {
    const at = this.reserve(text.length);
    this.buffer.write(text, at, "latin1");
  }

  #writeText(text: string): void {
    const at = this.reserve(Buffer.byteLength(text));
    this.buffer.write(text, at, "utf8");
  }
}
