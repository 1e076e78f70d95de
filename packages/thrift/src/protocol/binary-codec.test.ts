import { describe, expect, it } from "vitest";
import { BinaryReader } from "./binary-reader.ts";
import { BinaryWriter } from "./binary-writer.ts";
import { ProtocolError } from "./protocol-error.ts";
import { WireType } from "./wire-types.ts";

const problem = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof ProtocolError) return error.code;
    throw error;
  }
  return "none";
};

it("writes a call as the specification says", () => {
  const output = new BinaryWriter();
  const start = output.beginFrame();
  output.writeMessageBegin({ name: "pppbool", type: 1, sequenceId: 7 });
  output.writeStructBegin();
  output.writeField(WireType.BOOL, 1);
  output.writeBool(true);
  output.writeStop();
  output.writeMessageEnd();
  output.endFrame(start);
  expect(output.bytes().toString("hex")).toBe(
    "00000018" + "80010001" + "00000007" + "707070626f6f6c" + "00000007" + "02000101" + "00",
  );
});

describe("bytes that are no value", () => {
  const size = (value: number) => {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32BE(value);
    return bytes;
  };

  it.each<[string, number[], number, string]>([
    ["list", [15], 0x7fff_ffff, "truncated"],
    ["list", [15], -1, "invalid_data"],
    ["list of a type that does not exist", [1], 1, "invalid_data"],
  ])("a %s: %j of %i is %s", (_, head, count, code) => {
    const bytes = Buffer.concat([Buffer.from(head), size(count), Buffer.alloc(8)]);
    expect(problem(() => new BinaryReader(bytes).skip(WireType.LIST))).toBe(code);
  });

  it("promise no more elements than there are bytes left", () => {
    const list = (count: number) => Buffer.concat([Buffer.of(8), size(count), Buffer.alloc(8)]);
    expect(new BinaryReader(list(2)).readListBegin(WireType.I32)).toBe(2);
    expect(problem(() => new BinaryReader(list(3)).readListBegin(WireType.I32))).toBe("truncated");
    const map = (count: number) => Buffer.concat([Buffer.of(3, 8), size(count), Buffer.alloc(10)]);
    expect(new BinaryReader(map(2)).readMapBegin(WireType.I8, WireType.I32)).toBe(2);
    expect(problem(() => new BinaryReader(map(3)).readMapBegin(WireType.I8, WireType.I32))).toBe("truncated");
    expect(problem(() => new BinaryReader(map(-1)).readMapBegin(WireType.I8, WireType.I32))).toBe("invalid_data");
  });

  it("promise no longer text than there are bytes left", () => {
    for (const [length, code] of [
      [0x7fff_ffff, "truncated"],
      [9, "truncated"],
      [-1, "invalid_data"],
      [-0x8000_0000, "invalid_data"],
    ] as const) {
      const bytes = Buffer.concat([size(length), Buffer.alloc(8)]);
      expect(problem(() => new BinaryReader(bytes).readString())).toBe(code);
      expect(problem(() => new BinaryReader(bytes).readBinary())).toBe(code);
      expect(problem(() => new BinaryReader(bytes).skip(WireType.STRING))).toBe(code);
    }
  });

  it.each([["ff"], ["c080"], ["eda080"], ["f4908080"], ["c3"]])("are not text: %s", (hex) => {
    const bytes = Buffer.from(hex, "hex");
    expect(problem(() => new BinaryReader(Buffer.concat([size(bytes.length), bytes])).readString())).toBe(
      "invalid_data",
    );
  });

  it.each([
    ["version 2", "8002000100000000" + "00000001", "bad_version"],
    ["no version", "0000000100000000" + "00000001", "bad_version"],
    ["message type 0", "8001000000000000" + "00000001", "invalid_data"],
    ["message type 5", "8001000500000000" + "00000001", "invalid_data"],
    ["name of -1 bytes", "80010001ffffffff" + "00000001", "invalid_data"],
    ["nothing", "", "truncated"],
  ])("are no envelope: %s", (_, hex, code) => {
    expect(problem(() => new BinaryReader(Buffer.from(hex, "hex")).readMessageBegin())).toBe(code);
  });
});
