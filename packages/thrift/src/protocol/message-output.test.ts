import { describe, expect, it } from "vitest";
import { PROTOCOL_NAMES } from "../../test/dialects.ts";
import type { MessageWriter } from "./message-output.ts";
import { PROTOCOLS } from "./protocols.ts";
import { WireType } from "./wire-types.ts";

describe.each(PROTOCOL_NAMES)("%s messages in one output", (name) => {
  const { openReader, openWriter } = PROTOCOLS[name];
  const begin = (output: MessageWriter, sequenceId: number) => {
    output.writeMessageBegin({ name: "echo", type: 2, sequenceId });
    output.writeStructBegin();
    output.writeField(WireType.STRING, 1);
    output.writeString(`text ${sequenceId}`);
  };
  const write = (output: MessageWriter, sequenceId: number) => {
    begin(output, sequenceId);
    output.writeStop();
    output.writeMessageEnd();
  };
  const alone = (sequenceId: number) => {
    const output = openWriter();
    write(output, sequenceId);
    return output.bytes();
  };

  it("follow each other, and one that failed half-way leaves nothing", () => {
    const output = openWriter();
    write(output, 1);
    const { length } = output;
    begin(output, 2);
    output.writeField(WireType.BOOL, 2);
    output.rewind(length);
    write(output, 3);
    output.append(alone(4));
    write(output, 5);
    expect(output.take()).toEqual(Buffer.concat([1, 3, 4, 5].map(alone)));
  });

  it("stay as they are once they were taken", () => {
    const output = openWriter();
    const taken = [1, 2, 3].map((sequenceId) => {
      write(output, sequenceId);
      return output.take();
    });
    expect(output.length).toBe(0);
    expect(taken).toEqual([1, 2, 3].map(alone));
  });

  it.each([0, 1, 63, 64, 65, 200])("hold texts of %d characters of every kind", (length) => {
    for (const letter of ["a", "\x7f", "\x80", "ß", "𐀀"]) {
      const text = "x".repeat(length) + letter;
      const output = openWriter();
      output.writeString(text);
      output.writeI32(-2);
      const reader = openReader(output.take());
      expect([reader.readString(), reader.readI32()]).toEqual([text, -2]);
    }
  });

  it.each([0, 62, 63, 64, 200])("hold no half of a surrogate pair behind %d characters", (length) => {
    expect(() => openWriter().writeString(`${"x".repeat(length)}\ud800`)).toThrow("cannot be written as string");
  });
});
