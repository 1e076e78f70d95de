// Writes the message of a JSON file with npm's thrift and prints it in hex. Arguments: protocol, file.
import { readFileSync } from "node:fs";
import thrift from "thrift";
import type { GoldenField, GoldenMessage, GoldenType, GoldenValue } from "../golden-value.ts";
import { npmProtocol } from "./npm-protocol.ts";

type Output = Record<`write${string}` | "flush", (...values: unknown[]) => void>;

const TYPES: Readonly<Record<string, number>> = {
  bool: 2,
  i8: 3,
  double: 4,
  i16: 6,
  i32: 8,
  i64: 10,
  string: 11,
  binary: 11,
  struct: 12,
  map: 13,
  set: 14,
  list: 15,
  uuid: 16,
};

const [protocolName = "", file = ""] = process.argv.slice(2);
const Transport = thrift.TBufferedTransport as unknown as new (
  buffer: undefined,
  flushed: (bytes: Buffer) => void,
) => object;
const Protocol = npmProtocol(protocolName) as unknown as new (transport: object) => Output;
const output = new Protocol(new Transport(undefined, (bytes) => console.log(bytes.toString("hex"))));
const kind = (type: GoldenType = "") => TYPES[typeof type === "string" ? type : String(type[0])];

function write(type: GoldenType, value: GoldenValue): void {
  if (typeof type !== "string") {
    const [container = "", ...types] = type;
    const name = `${String(container).charAt(0).toUpperCase()}${String(container).slice(1)}`;
    const elements = value as readonly GoldenValue[];
    output[`write${name}Begin`]?.(...types.map(kind), elements.length);
    const rounds = container === "map" ? elements.flatMap((pair) => pair as readonly GoldenValue[]) : elements;
    for (const [index, each] of rounds.entries()) write(types[index % types.length] ?? "", each);
    output[`write${name}End`]?.();
    return;
  }
  if (type === "struct") {
    output.writeStructBegin?.("");
    for (const field of value as readonly GoldenField[]) {
      output.writeFieldBegin?.("", kind(field.type), field.id);
      write(field.type, field.value);
      output.writeFieldEnd?.();
    }
    output.writeFieldStop?.();
    output.writeStructEnd?.();
    return;
  }
  const name = type === "i8" ? "Byte" : `${type.charAt(0).toUpperCase()}${type.slice(1)}`;
  output[`write${name}`]?.(toNpm(type, value));
}

function toNpm(type: string, value: GoldenValue): unknown {
  if (type === "binary") return Buffer.from(value as string, "hex");
  if (type !== "i64") return value;
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(value as string));
  return new thrift.Int64(bytes);
}

const { name, type, sequenceId, fields } = JSON.parse(readFileSync(file, "utf8")) as GoldenMessage;
output.writeMessageBegin?.(name, type, sequenceId);
write("struct", fields as unknown as GoldenValue);
output.writeMessageEnd?.();
output.flush?.();
