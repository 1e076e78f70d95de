import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputBuffer } from "./input-buffer.ts";

describe("InputBuffer", () => {
  it("holds what was appended and not consumed, in order", () => {
    const step = fc.oneof(
      fc.uint8Array({ maxLength: 30 }).map((bytes) => ({ bytes })),
      fc.nat(40).map((size) => ({ size })),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const input = new InputBuffer();
        let expected = Buffer.alloc(0);
        for (const each of steps) {
          if ("bytes" in each) {
            input.append(Buffer.from(each.bytes));
            expected = Buffer.concat([expected, each.bytes]);
          } else {
            const size = Math.min(each.size, expected.length);
            input.consume(size);
            expected = expected.subarray(size);
          }
          expect(input.length).toBe(expected.length);
          expect(input.view().equals(expected)).toBe(true);
        }
      }),
    );
  });

  it("does not write into the chunks that it was given", () => {
    const chunk = Buffer.from("abcdef");
    const input = new InputBuffer();
    input.append(chunk);
    input.consume(5);
    input.append(Buffer.from("gh"));
    expect(input.view().toString()).toBe("fgh");
    expect(chunk.toString()).toBe("abcdef");
  });
});
