import { describe, expect, it } from "vitest";
import { DIALECTS } from "../../test/dialects.ts";
import { frame, message, speaker } from "../../test/raw-client.ts";
import { theader } from "../../test/theader.ts";
import { detectDialect } from "./dialect.ts";
import { InputBuffer } from "./input-buffer.ts";
import { ProtocolError } from "./protocol-error.ts";
import type { ProtocolName } from "./protocols.ts";

describe("detectDialect", () => {
  const DECISIVE: Readonly<Record<ProtocolName, number>> = { binary: 2, compact: 2, json: 1, "old-binary": 9 };

  it.each(DIALECTS)("knows $name by its first bytes and waits for them", ({ name, protocol, isFramed }) => {
    const bytes = speaker({ protocol, isFramed })("ping");
    const decisive = DECISIVE[protocol] + (isFramed ? 4 : 0);
    for (let length = 0; length < decisive; length += 1) {
      expect(detectDialect(bytes.subarray(0, length), 1_000)).toBeUndefined();
    }
    expect(detectDialect(bytes.subarray(0, decisive), 1_000)?.name).toBe(name);
  });

  it("knows THeader", () => {
    const bytes = theader(message("ping"));
    expect(detectDialect(bytes.subarray(0, 5), 1_000)).toBeUndefined();
    expect(detectDialect(bytes.subarray(0, 6), 1_000)?.name).toBe("THeader");
  });

  it.each([
    ["HTTP", Buffer.from("POST / HTTP/1.1\r\n")],
    ["TLS", Buffer.from([0x16, 0x03, 0x01, 0x02])],
  ])("refuses %s by its name", (name, bytes) => {
    expect(() => detectDialect(bytes, 1_000)).toThrow(new ProtocolError("bad_version", `${name} is not spoken here`));
  });

  it.each([
    ["an empty frame", Buffer.alloc(4)],
    ["a frame of 2^32 - 1 bytes", Buffer.from("ffffffff80010001", "hex")],
    ["a frame of 2^31 - 1 bytes", Buffer.from("7fffffff80010001", "hex")],
    ["a compact message of version 2", Buffer.from([0x82, 0x22])],
    ["a compact message of version 0 in a frame", frame(Buffer.from([0x82, 0x20]))],
    ["an old-style message without a name", Buffer.from("0000000001", "hex")],
    ["an old-style name of 257 bytes", Buffer.from("00000101" + "61", "hex")],
    ["an old-style name that no IDL may have", Buffer.from("0000000470696e00", "hex")],
    ["an old-style name that begins with a digit", Buffer.from("0000000431", "hex")],
    ["an old-style message of type 0", Buffer.from("0000000470696e6700", "hex")],
    ["an old-style message of type 5", Buffer.from("0000000470696e6705", "hex")],
    ["an old-style message of type 5 in a frame", frame(Buffer.from("0000000470696e6705", "hex"))],
    ["zeros in a frame", frame(Buffer.alloc(32))],
    ["letters in a frame", frame(Buffer.from("a message without a protocol"))],
  ])("refuses %s", (_, bytes) => {
    expect(() => detectDialect(bytes, 1_000)).toThrow(ProtocolError);
  });
});

describe("an old-style name", () => {
  it("may be as long as 256 bytes, with the name of its service", () => {
    const name = `Some.Service:${"m".repeat(243)}`;
    for (const isFramed of [true, false]) {
      const bytes = speaker({ protocol: "old-binary", isFramed })(name);
      for (let length = 0; length < bytes.length - 5; length += 1) {
        expect(detectDialect(bytes.subarray(0, length), 1_000)).toBeUndefined();
      }
      expect(detectDialect(bytes.subarray(0, -5), 1_000)?.isFramed).toBe(isFramed);
    }
  });

  it("never hides a frame of another protocol, however long that is", () => {
    const others = DIALECTS.filter(({ protocol, isFramed }) => isFramed && protocol !== "old-binary");
    for (let length = 1; length < 300; length += 1) {
      for (const { name, protocol } of others) {
        const bytes = frame(message("m".repeat(length), undefined, { protocol }), length);
        expect(detectDialect(bytes, 1_000)?.name).toBe(name);
      }
    }
  });
});

describe("a dialect", () => {
  it.each(DIALECTS)("$name yields the messages one by one, however they arrive", ({ protocol, isFramed }) => {
    const names = ["a", "bb", "ccc"];
    const messages = names.map((name) => message(name, undefined, { protocol }));
    const stream = Buffer.concat(names.map((name) => speaker({ protocol, isFramed })(name)));
    for (const size of [1, 2, 3, 7, stream.length]) {
      const input = new InputBuffer();
      const received: string[] = [];
      let dialect: ReturnType<typeof detectDialect>;
      for (let at = 0; at < stream.length; at += size) {
        input.append(Buffer.from(stream.subarray(at, at + size)));
        dialect ??= detectDialect(input.view(), 1_000);
        for (let next = dialect?.next(input); next; next = dialect?.next(input)) received.push(next.toString("hex"));
      }
      expect(received).toEqual(messages.map((each) => each.toString("hex")));
      expect(input.length).toBe(0);
    }
  });

  it("refuses a frame that is too long by its length alone", () => {
    const input = new InputBuffer();
    input.append(frame(message("ping"), 1_001));
    expect(() => detectDialect(input.view(), 1_000)?.next(input)).toThrow("a frame of 1001 bytes; 1000 are allowed");
  });

  it.each([
    ["binary", "8001000100000001" + "6d" + "00000001" + "0b0001" + "00001000"],
    ["compact", "8221" + "01" + "016d" + "18" + "8020"],
    ["old-binary", "00000001" + "6d" + "01" + "00000001" + "0b0001" + "00001000"],
    ["json", Buffer.from(`[1,"${"m".repeat(1_000)}`).toString("hex")],
  ])("refuses an unframed message that is too long before it has arrived: %s", (_, hex) => {
    const input = new InputBuffer();
    input.append(Buffer.from(hex, "hex"));
    expect(() => detectDialect(input.view(), 1_000)?.next(input)).toThrow("a message of more than 1000 bytes");
  });

  it.each(DIALECTS)("$name is kept: a message in another protocol is refused", ({ protocol, isFramed }) => {
    for (const other of DIALECTS) {
      if (other.protocol === protocol || other.isFramed !== isFramed) continue;
      const input = new InputBuffer();
      input.append(Buffer.concat([speaker({ protocol, isFramed })("ping"), speaker(other)("ping")]));
      const dialect = detectDialect(input.view(), 1_000);
      expect(dialect?.next(input)).toBeDefined();
      expect(() => {
        const bytes = dialect?.next(input);
        if (bytes) dialect?.protocol.openReader(bytes).readMessageBegin();
      }).toThrow(ProtocolError);
    }
  });
});
