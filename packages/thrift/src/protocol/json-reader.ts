import { JsonInput } from "./json-input.ts";
import { fromJsonType } from "./json-types.ts";
import { toMessageType, unexpectedElements, type MessageReader } from "./message-input.ts";
import { ProtocolError } from "./protocol-error.ts";
import type { MessageHeader } from "./protocol.ts";
import { isUuid } from "./value-checks.ts";
import { WireType } from "./wire-types.ts";

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
/** The shortest value and the separator before it. */
const SMALLEST = 2;

/** Reads the JSON protocol, version 1, as Apache's TJSONProtocol writes it. White space between its parts is allowed. */
export class JsonReader extends JsonInput implements MessageReader {
  fieldId = 0;
  /** For each open struct, whether a field of it is open. */
  readonly #openFields: boolean[] = [];

  readMessageBegin(): MessageHeader {
    if (!this.isAt("[")) throw new ProtocolError("bad_version", "not a JSON message");
    this.open("[");
    if (this.takeInteger(0x7fff_ffff) !== 1)
      throw new ProtocolError("bad_version", "not version 1 of the JSON protocol");
    const name = this.takeString();
    const type = toMessageType(this.takeInteger(0x7f));
    return { name, type, sequenceId: this.readI32() };
  }

  override readMessageEnd(): void {
    this.close("]");
    super.readMessageEnd();
  }

  readStructBegin(): void {
    this.descend();
    this.open("{");
    this.#openFields.push(false);
  }

  readStructEnd(): void {
    this.ascend();
  }

  readField(): number {
    if (this.#openFields.pop() === true) this.close("}");
    if (this.isAt("}")) {
      this.close("}");
      return WireType.STOP;
    }
    this.#openFields.push(true);
    this.fieldId = this.takeInteger(0x7fff);
    this.open("{");
    const name = this.takeString();
    const type = fromJsonType(name);
    if (type === WireType.STOP) throw new ProtocolError("invalid_data", "a field of a type that does not exist");
    return type;
  }

  readListBegin(element: WireType): number {
    return this.#readContainer(element, "list");
  }

  readSetBegin(element: WireType): number {
    return this.#readContainer(element, "set");
  }

  readMapBegin(key: WireType, value: WireType): number {
    const [keyType, valueType, size] = this.#readMapHeader();
    if (size > 0 && (keyType !== key || valueType !== value))
      throw unexpectedElements("map", `${keyType}, ${valueType}`);
    return size;
  }

  readContainerEnd(): void {
    if (this.isInObject) this.close("}");
    this.close("]");
    this.ascend();
  }

  readBool(): boolean {
    const value = this.takeInteger(1);
    if (value < 0) throw new ProtocolError("invalid_data", "a bool that is neither 0 nor 1");
    return value === 1;
  }

  readI8(): number {
    return this.takeInteger(0x7f);
  }

  readI16(): number {
    return this.takeInteger(0x7fff);
  }

  readI32(): number {
    return this.takeInteger(0x7fff_ffff);
  }

  readI64(): bigint {
    return this.takeI64();
  }

  readDouble(): number {
    return this.takeDouble();
  }

  readString(): string {
    return this.takeString();
  }

  /** Base64 with or without padding. */
  readBinary(): Uint8Array {
    const text = this.takeString();
    if (!BASE64.test(text) || text.replaceAll("=", "").length % 4 === 1)
      throw new ProtocolError("invalid_data", "a binary that is not base64");
    return Uint8Array.from(Buffer.from(text, "base64"));
  }

  readUuid(): string {
    const text = this.takeString();
    if (!isUuid(text)) throw new ProtocolError("invalid_data", "a text that is no UUID");
    return text.toLowerCase();
  }

  skip(type: number): void {
    switch (type) {
      case WireType.BOOL:
        this.readBool();
        return;
      case WireType.I8:
        this.readI8();
        return;
      case WireType.I16:
        this.readI16();
        return;
      case WireType.I32:
        this.readI32();
        return;
      case WireType.I64:
        this.readI64();
        return;
      case WireType.DOUBLE:
        this.readDouble();
        return;
      case WireType.STRING:
      case WireType.UUID:
        this.skipString();
        return;
      case WireType.STRUCT:
        this.readStructBegin();
        for (let field = this.readField(); field !== WireType.STOP; field = this.readField()) this.skip(field);
        this.readStructEnd();
        return;
      case WireType.LIST:
      case WireType.SET: {
        const [element, size] = this.#readListHeader();
        for (let index = 0; index < size; index += 1) this.skip(element);
        this.readContainerEnd();
        return;
      }
      case WireType.MAP: {
        const [key, value, size] = this.#readMapHeader();
        for (let index = 0; index < size; index += 1) {
          this.skip(key);
          this.skip(value);
        }
        this.readContainerEnd();
        return;
      }
      default:
        throw new ProtocolError("invalid_data", `type ${type} does not exist`);
    }
  }

  #readContainer(element: WireType, what: string): number {
    const [type, size] = this.#readListHeader();
    if (size > 0 && type !== element) throw unexpectedElements(what, String(type));
    return size;
  }

  #readListHeader(): [type: WireType, size: number] {
    this.descend();
    this.open("[");
    const type = fromJsonType(this.takeString());
    return [type, this.#readSize([type])];
  }

  #readMapHeader(): [key: WireType, value: WireType, size: number] {
    this.descend();
    this.open("[");
    const key = fromJsonType(this.takeString());
    const value = fromJsonType(this.takeString());
    const size = this.#readSize([key, value]);
    this.open("{");
    return [key, value, size];
  }

  /** What promises more than there is left is refused before it costs anything. */
  #readSize(types: readonly WireType[]): number {
    const size = this.takeInteger(0x7fff_ffff);
    if (size < 0) throw new ProtocolError("invalid_data", "a negative size");
    if (size > 0 && types.includes(WireType.STOP))
      throw new ProtocolError("invalid_data", "a container of a type that does not exist");
    if (size * types.length * SMALLEST > this.left)
      throw new ProtocolError("truncated", "a size beyond the end of the message");
    return size;
  }
}
