import type { MessageType, WireType } from "./wire-types.ts";

export interface MessageHeader {
  readonly name: string;
  readonly type: MessageType;
  readonly sequenceId: number;
}

/**
 * Decodes values in the order in which they were written. Every method throws ProtocolError and nothing else, whatever
 * the bytes are.
 */
export interface ProtocolReader {
  readMessageBegin(): MessageHeader;
  /** Checks that nothing is left behind the struct of the message. */
  readMessageEnd(): void;
  /** Counts depth; to be paired with `readStructEnd`. */
  readStructBegin(): void;
  readStructEnd(): void;
  /** The type of the next field, `STOP` after the last one; its id is in `fieldId` then. */
  readField(): number;
  readonly fieldId: number;
  /** Checks the type of the elements (an empty container may name any) and answers how many there are. */
  readListBegin(element: WireType): number;
  readSetBegin(element: WireType): number;
  readMapBegin(key: WireType, value: WireType): number;
  readContainerEnd(): void;
  readBool(): boolean;
  readI8(): number;
  readI16(): number;
  readI32(): number;
  readI64(): bigint;
  readDouble(): number;
  readString(): string;
  /** A copy: it outlives the message. */
  readBinary(): Uint8Array;
  readUuid(): string;
  /** Passes over a value of any type. */
  skip(type: number): void;
}

/** Encodes values. Every method throws ProtocolError for a value that its type cannot hold. */
export interface ProtocolWriter {
  writeMessageBegin(header: MessageHeader): void;
  writeMessageEnd(): void;
  /** To be paired with `writeStop`. */
  writeStructBegin(): void;
  writeField(type: WireType, id: number): void;
  writeStop(): void;
  /** As many elements as it says must follow, and then `writeContainerEnd`. */
  writeListBegin(element: WireType, size: number): void;
  writeSetBegin(element: WireType, size: number): void;
  writeMapBegin(key: WireType, value: WireType, size: number): void;
  writeContainerEnd(): void;
  writeBool(value: boolean): void;
  writeI8(value: number): void;
  writeI16(value: number): void;
  writeI32(value: number): void;
  writeI64(value: bigint): void;
  writeDouble(value: number): void;
  writeString(value: string): void;
  writeBinary(value: Uint8Array): void;
  writeUuid(value: string): void;
}

/** How a struct or exception goes over the wire; generated for each. */
export interface StructCodec<Value> {
  write(output: ProtocolWriter, value: Value): void;
  read(input: ProtocolReader): Value;
}
