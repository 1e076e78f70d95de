import { expect, test } from "vitest";
import { encodeMessage, StunFormatError } from "./message.ts";
import { encodeChannelData } from "./relay-messages.ts";
import { StreamSplitter } from "./transport.ts";

const STUN = encodeMessage(
  { class: "request", method: 1, transactionId: Buffer.alloc(12, 9), attributes: [] },
  { fingerprint: true },
);
const CHANNEL_DATA = encodeChannelData(0x4000, Buffer.from("hello"));
const PADDING = Buffer.alloc(3);

test.each([1, 2, 3, 7, 1000])("a stream cut into pieces of %i bytes gives the same messages", (size) => {
  const packets: Buffer[] = [];
  const splitter = new StreamSplitter((packet) => packets.push(packet));
  const stream = Buffer.concat([STUN, CHANNEL_DATA, PADDING, STUN]);
  for (let offset = 0; offset < stream.length; offset += size) splitter.push(stream.subarray(offset, offset + size));
  expect(packets).toEqual([STUN, CHANNEL_DATA, STUN]);
});

test("what is neither STUN nor ChannelData is refused", () => {
  const splitter = new StreamSplitter(() => undefined);
  expect(() => {
    splitter.push(Buffer.from([0x80, 0, 0, 0]));
  }).toThrow(StunFormatError);
});
