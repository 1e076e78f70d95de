import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PROTOCOL_NAMES } from "../../test/dialects.ts";
import { anyAll, SAMPLE } from "../../test/every-values.ts";
import { AllCodec, type All } from "../../test/every.ts";
import { message } from "../../test/raw-client.ts";
import { ProtocolError } from "./protocol-error.ts";
import type { ProtocolWriter } from "./protocol.ts";
import { PROTOCOLS } from "./protocols.ts";
import { WireType } from "./wire-types.ts";

function settle(run: () => number | undefined): number | string {
  try {
    return run() ?? "truncated";
  } catch (error) {
    if (error instanceof ProtocolError) return error.code;
    throw error;
  }
}

/** In JSON brackets tell where a message ends, so one that is whole can have a size that promises more. */
function isTooLargeASize(protocol: string, read: () => void): boolean {
  try {
    read();
    return false;
  } catch (error) {
    return protocol === "json" && error instanceof Error && error.message === "a size beyond the end of the message";
  }
}

/** Counts how often bytes are looked at. */
function counted(bytes: Buffer, count: { looks: number }): Buffer {
  return new Proxy(bytes, {
    get(target, property) {
      if (property === "length") return target.length;
      count.looks += 1;
      const value: unknown = Reflect.get(target, property);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

describe.each(PROTOCOL_NAMES)("the scanner of %s", (protocol) => {
  const { openReader, openScanner, openWriter } = PROTOCOLS[protocol];
  const say = (body: (output: ProtocolWriter) => void) => message("echo", body, { protocol });
  const echo = (value: All) =>
    say((output) => {
      output.writeField(WireType.STRUCT, 1);
      AllCodec.write(output, value);
      output.writeStop();
    });
  const headerLength = () => {
    const output = openWriter();
    output.writeMessageBegin({ name: "echo", type: 1, sequenceId: 1 });
    return output.length;
  };
  const read = (bytes: Buffer) => {
    const reader = openReader(bytes);
    reader.readMessageBegin();
    reader.skip(WireType.STRUCT);
    reader.readMessageEnd();
    return bytes.length;
  };
  /** The length when these bytes are a message, else the code of the error. */
  const readWhole = (bytes: Buffer) => settle(() => read(bytes));

  it("finds the end, however the message arrives", () => {
    fc.assert(
      fc.property(anyAll, fc.array(fc.nat()), (value, cuts) => {
        const bytes = echo(value);
        const followed = Buffer.concat([bytes, bytes.subarray(0, 4)]);
        const scanner = openScanner();
        for (const cut of cuts.map((each) => each % bytes.length).toSorted((a, b) => a - b)) {
          expect(scanner.scan(followed.subarray(0, cut))).toBeUndefined();
        }
        expect(scanner.scan(followed)).toBe(bytes.length);
      }),
      { numRuns: 500 },
    );
  });

  it("finds it at the last byte, not before, byte by byte", () => {
    const bytes = echo(SAMPLE);
    const scanner = openScanner();
    for (let length = 0; length < bytes.length; length += 1) {
      expect(scanner.scan(bytes.subarray(0, length))).toBeUndefined();
      expect(scanner.atLeast).toBeLessThanOrEqual(bytes.length);
    }
    expect(scanner.scan(bytes)).toBe(bytes.length);
  });

  it("takes for a message what the reader reads to its end, and nothing that is cut or goes on", () => {
    let agreed = 0;
    const start = headerLength();
    fc.assert(
      fc.property(anyAll, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }), (value, changes) => {
        const bytes = echo(value);
        for (const [position, byte] of changes) bytes[start + (position % (bytes.length - start))] = byte;
        const scanned = settle(() => openScanner().scan(bytes));
        if (typeof scanned === "number") {
          agreed += 1;
          const message = bytes.subarray(0, scanned);
          if (!isTooLargeASize(protocol, () => read(message))) expect(readWhole(message)).not.toBe("truncated");
        }
        if (readWhole(bytes) === bytes.length) expect(scanned).toBe(bytes.length);
      }),
      { numRuns: 3_000 },
    );
    expect(agreed).toBeGreaterThan(300);
  });

  it("throws ProtocolError and nothing else on noise", () => {
    const start = say((output) => output.writeStop()).subarray(0, headerLength());
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (noise, isEarly) => {
        const bytes = Buffer.concat([isEarly ? start.subarray(0, 3) : start, noise]);
        settle(() => openScanner().scan(bytes));
      }),
      { numRuns: 3_000 },
    );
  });

  it("looks at each byte a fixed number of times when a long message arrives in small pieces", () => {
    const texts = 20_000;
    const bytes = say((output) => {
      output.writeField(WireType.LIST, 1);
      output.writeListBegin(WireType.STRING, texts);
      for (let index = 0; index < texts; index += 1) output.writeString("x".repeat(36));
      output.writeContainerEnd();
      output.writeStop();
    });
    const scanner = openScanner();
    const count = { looks: 0 };
    const pieces = 2_000;
    for (let piece = 1; piece < pieces; piece += 1) {
      const length = Math.floor((bytes.length * piece) / pieces);
      expect(scanner.scan(counted(bytes.subarray(0, length), count))).toBeUndefined();
    }
    expect(scanner.scan(bytes)).toBe(bytes.length);
    expect(count.looks).toBeLessThan(2 * bytes.length + 10 * pieces);
  });

  it("refuses nesting without end as soon as it is too deep, and takes what is just deep enough", () => {
    const structs = (depth: number) =>
      say((output) => {
        for (let level = 1; level < depth; level += 1) {
          output.writeField(WireType.STRUCT, 1);
          output.writeStructBegin();
        }
        for (let level = 0; level < depth; level += 1) output.writeStop();
      });
    const allowed = structs(64);
    expect(openScanner().scan(allowed)).toBe(allowed.length);
    expect(readWhole(allowed)).toBe(allowed.length);
    expect(readWhole(structs(65))).toBe("depth_limit");
    const deep = structs(1_000);
    expect(settle(() => openScanner().scan(deep.subarray(0, deep.length / 2)))).toBe("depth_limit");
  });
});
