import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { PROTOCOL_NAMES } from "../../test/dialects.ts";
import { SAMPLE } from "../../test/every-values.ts";
import { AllCodec } from "../../test/every.ts";
import {
  goldenFile,
  goldenMessage,
  readGoldenMessage,
  writeGolden,
  type GoldenValue,
} from "../../test/golden-value.ts";
import { BinaryReader } from "./binary-reader.ts";
import { BinaryWriter } from "./binary-writer.ts";
import { PROTOCOLS } from "./protocols.ts";

const golden = (file: string) => Buffer.from(readFileSync(goldenFile(file), "utf8").replaceAll(/\s/g, ""), "hex");

/** The same numbers as JSON.stringify would write them: Python is generous with digits, npm with leading zeros. */
const shortest = (bytes: Buffer) =>
  Buffer.from(bytes.toString("latin1").replace("0.10000000000000001", "0.1").replace("-000000000001", "-1"), "latin1");

// Apache's libraries for Python and Node wrote these bytes; test/interop.test.ts lets them do it again.
describe.each(PROTOCOL_NAMES)("bytes that Apache's libraries wrote in %s", (protocol) => {
  it.each([
    ["message", "python"],
    ["message", "npm"],
    ["uuid", "npm"],
  ])("are read and written: %s by %s", (file, peer) => {
    const expected = goldenMessage(`${file}.json`);
    const bytes = golden(`${file}.${protocol}.${peer}.hex`);
    expect(readGoldenMessage(PROTOCOLS[protocol].openReader(bytes), expected)).toEqual(expected);
    const scanner = PROTOCOLS[protocol].openScanner();
    expect(scanner.scan(Buffer.concat([bytes, bytes]))).toBe(bytes.length);
    const output = PROTOCOLS[protocol].openWriter();
    output.writeMessageBegin(expected);
    writeGolden(output, "struct", expected.fields as unknown as GoldenValue);
    output.writeMessageEnd();
    expect(output.bytes().toString("hex")).toBe(shortest(bytes).toString("hex"));
  });
});

it("generated code writes the bytes that the code of Apache's compiler for Python wrote", () => {
  const bytes = golden("every.binary.python.hex");
  const output = new BinaryWriter();
  AllCodec.write(output, SAMPLE);
  expect(output.bytes().toString("hex")).toBe(bytes.toString("hex"));
  expect(AllCodec.read(new BinaryReader(bytes))).toEqual(SAMPLE);
});
