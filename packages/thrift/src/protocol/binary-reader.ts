import { MessageInput, toMessageType, unexpectedElements, type MessageReader } from "./message-input.ts";
import type { NameTable } from "./name-table.ts";
import { ProtocolError } from "./protocol-error.ts";
import type { MessageHeader } from "./protocol.ts";
import { minimumSize, WireType } from "./wire-types.ts";

const VERSION_1 = 0x8001;

/** Reads the strict binary protocol (thrift-binary-protocol.md). */
export class BinaryReader extends MessageInput implements MessageReader {
  fieldId = 0;

  readMessageBegin(names?: NameTable): MessageHeader {
    const version = this.buffer.readUInt16BE(this.take(2));
    if (version !== VERSION_1) throw new ProtocolError("bad_version", "not a strict binary message");
    this.take(1);
    const type = toMessageType(this.buffer.readUInt8(this.take(1)));
    const name = this.takeName(this.#readSize(1), names);
    return { name, type, sequenceId: this.readI32() };
  }

  readStructBegin(): void {
    this.descend();
  }

  readStructEnd(): void {
    this.ascend();
  }

  readField(): number {
    const type = this.buffer.readUInt8(this.take(1));
    if (type === WireType.STOP) return type;
    if (minimumSize(type) === 0) throw new ProtocolError("invalid_data", `field type ${type} does not exist`);
    this.fieldId = this.buffer.readInt16BE(this.take(2));
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
    return this.buffer[this.take(1)] !== 0;
  }

  readI8(): number {
    return this.buffer.readInt8(this.take(1));
  }

  readI16(): number {
    return this.buffer.readInt16BE(this.take(2));
  }

  readI32(): number {
    return this.buffer.readInt32BE(this.take(4));
  }

  readI64(): bigint {
    return this.buffer.readBigInt64BE(this.take(8));
  }

  readDouble(): number {
    return this.buffer.readDoubleBE(this.take(8));
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
      case WireType.STRING:
        this.take(this.#readSize(1));
        return;
      case WireType.STRUCT:
        this.descend();
        for (let field = this.readField(); field !== WireType.STOP; field = this.readField()) this.skip(field);
        this.ascend();
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
      default: {
        const size = minimumSize(type);
        if (size === 0) throw new ProtocolError("invalid_data", `type ${type} does not exist`);
        this.take(size);
      }
    }
  }

  #readContainer(element: WireType, what: string): number {
    this.descend();
    const [type, size] = this.#readListHeader();
    if (size > 0 && type !== element) throw unexpectedElements(what, String(type));
    return size;
  }

  #readListHeader(): [type: number, size: number] {
    const type = this.buffer.readUInt8(this.take(1));
    return [type, this.#readElements(minimumSize(type))];
  }

  #readMapHeader(): [key: number, value: number, size: number] {
    const key = this.buffer.readUInt8(this.take(1));
    const value = this.buffer.readUInt8(this.take(1));
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
}
