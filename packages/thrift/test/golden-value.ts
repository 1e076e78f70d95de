import { readFileSync } from "node:fs";
import type { MessageReader } from "../src/protocol/message-input.ts";
import type { MessageHeader, ProtocolReader, ProtocolWriter } from "../src/protocol/protocol.ts";
import { WireType } from "../src/protocol/wire-types.ts";

/** A type as the golden messages name it: a word, or a container with the types of its elements. */
export type GoldenType = string | readonly GoldenType[];
export type GoldenValue = boolean | number | string | readonly (GoldenField | GoldenValue)[];

export interface GoldenField {
  readonly id: number;
  readonly type: GoldenType;
  readonly value: GoldenValue;
}

export interface GoldenMessage extends MessageHeader {
  readonly fields: readonly GoldenField[];
}

export const goldenFile = (file: string): URL => new URL(`golden/${file}`, import.meta.url);

export function goldenMessage(file: string): GoldenMessage {
  return JSON.parse(readFileSync(goldenFile(file), "utf8")) as GoldenMessage;
}

const WIRE_TYPES: Readonly<Record<string, WireType>> = {
  bool: WireType.BOOL,
  i8: WireType.I8,
  i16: WireType.I16,
  i32: WireType.I32,
  i64: WireType.I64,
  double: WireType.DOUBLE,
  string: WireType.STRING,
  binary: WireType.STRING,
  uuid: WireType.UUID,
  struct: WireType.STRUCT,
  list: WireType.LIST,
  set: WireType.SET,
  map: WireType.MAP,
};

const wire = (type: GoldenType = ""): WireType =>
  WIRE_TYPES[typeof type === "string" ? type : String(type[0])] ?? WireType.I8;
const elements = (value: GoldenValue) => value as readonly GoldenValue[];

export function writeGolden(output: ProtocolWriter, type: GoldenType, value: GoldenValue): void {
  if (typeof type !== "string") {
    const [kind, ...types] = type;
    const size = elements(value).length;
    if (kind === "map") output.writeMapBegin(wire(types[0]), wire(types[1]), size);
    else if (kind === "set") output.writeSetBegin(wire(types[0]), size);
    else output.writeListBegin(wire(types[0]), size);
    const rounds = kind === "map" ? elements(value).flatMap((pair) => elements(pair)) : elements(value);
    for (const [index, each] of rounds.entries()) writeGolden(output, types[index % types.length] ?? "", each);
    output.writeContainerEnd();
    return;
  }
  switch (type) {
    case "bool":
      return output.writeBool(value as boolean);
    case "i8":
      return output.writeI8(value as number);
    case "i16":
      return output.writeI16(value as number);
    case "i32":
      return output.writeI32(value as number);
    case "i64":
      return output.writeI64(BigInt(value as string));
    case "double":
      return output.writeDouble(value as number);
    case "string":
      return output.writeString(value as string);
    case "binary":
      return output.writeBinary(new Uint8Array(Buffer.from(value as string, "hex")));
    case "uuid":
      return output.writeUuid(value as string);
    default:
      output.writeStructBegin();
      for (const field of value as readonly GoldenField[]) {
        output.writeField(wire(field.type), field.id);
        writeGolden(output, field.type, field.value);
      }
      output.writeStop();
  }
}

function readGolden(input: ProtocolReader, type: GoldenType, like: GoldenValue): GoldenValue {
  if (typeof type !== "string") {
    const [kind, ...types] = type;
    const size =
      kind === "map"
        ? input.readMapBegin(wire(types[0]), wire(types[1]))
        : kind === "set"
          ? input.readSetBegin(wire(types[0]))
          : input.readListBegin(wire(types[0]));
    const likes = elements(like);
    const values = Array.from({ length: size }, (_, index) => {
      if (kind !== "map") return readGolden(input, types[0] ?? "", likes[index] ?? []);
      const pair = elements(likes[index] ?? []);
      return [readGolden(input, types[0] ?? "", pair[0] ?? []), readGolden(input, types[1] ?? "", pair[1] ?? [])];
    });
    input.readContainerEnd();
    return values;
  }
  switch (type) {
    case "bool":
      return input.readBool();
    case "i8":
      return input.readI8();
    case "i16":
      return input.readI16();
    case "i32":
      return input.readI32();
    case "i64":
      return String(input.readI64());
    case "double":
      return input.readDouble();
    case "string":
      return input.readString();
    case "binary":
      return Buffer.from(input.readBinary()).toString("hex");
    case "uuid":
      return input.readUuid();
    default:
      return readFields(input, like as readonly GoldenField[]);
  }
}

/** Reads what has the fields of `like`, in any order, and answers it in the order of `like`. */
function readFields(input: ProtocolReader, like: readonly GoldenField[]): GoldenField[] {
  const read = new Map<number, GoldenField>();
  input.readStructBegin();
  for (let type = input.readField(); type !== WireType.STOP; type = input.readField()) {
    const expected = like.find(({ id }) => id === input.fieldId);
    if (!expected || wire(expected.type) !== type) throw new Error(`field ${input.fieldId} of type ${type}`);
    const { id } = expected;
    read.set(id, { id, type: expected.type, value: readGolden(input, expected.type, expected.value) });
  }
  input.readStructEnd();
  return like.flatMap(({ id }) => read.get(id) ?? []);
}

export function readGoldenMessage(input: MessageReader, like: GoldenMessage): GoldenMessage {
  const header = input.readMessageBegin();
  const fields = readFields(input, like.fields);
  input.readMessageEnd();
  return { ...header, fields };
}
