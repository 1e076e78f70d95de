import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PROTOCOL_NAMES } from "../../test/dialects.ts";
import { anyAll } from "../../test/every-values.ts";
import { AllCodec, type All } from "../../test/every.ts";
import type { MessageReader } from "./message-input.ts";
import { NameTable } from "./name-table.ts";
import { ProtocolError } from "./protocol-error.ts";
import { PROTOCOLS } from "./protocols.ts";

const outcome = (read: () => unknown): unknown => {
  try {
    return read();
  } catch (error) {
    if (error instanceof ProtocolError) return error.code;
    throw error;
  }
};

describe.each(PROTOCOL_NAMES)("a message of %s among other bytes", (name) => {
  const { openReader, openWriter } = PROTOCOLS[name];
  const encode = (value: All, method = "echo") => {
    const output = openWriter();
    output.writeMessageBegin({ name: method, type: 1, sequenceId: 7 });
    AllCodec.write(output, value);
    output.writeMessageEnd();
    return output.take();
  };
  const read = (reader: MessageReader, names?: NameTable) => {
    const header = reader.readMessageBegin(names);
    const value = AllCodec.read(reader);
    reader.readMessageEnd();
    return { header, value };
  };

  it("is read as it is alone, whole or cut, and nothing beyond its end is looked at", () => {
    fc.assert(
      fc.property(anyAll, fc.nat(), fc.uint8Array({ maxLength: 20 }), (value, cut, before) => {
        const bytes = encode(value);
        const size = cut % (bytes.length + 1);
        const among = Buffer.concat([before, bytes, bytes]);
        const alone = outcome(() => read(openReader(bytes.subarray(0, size))));
        expect(outcome(() => read(openReader(among, before.length, before.length + size)))).toEqual(alone);
      }),
      { numRuns: 1_000 },
    );
  });

  it.each(["echo", "other", "größe", "Service:echo"])("has the same name, known or not: %s", (method) => {
    const names = new NameTable(["echo", "ohter", "größe", "Service:echo"]);
    const [value] = fc.sample(anyAll, 1);
    if (!value) throw new Error("no sample");
    const { header } = read(openReader(encode(value, method)), names);
    expect(header).toEqual({ name: method, type: 1, sequenceId: 7 });
  });
});
