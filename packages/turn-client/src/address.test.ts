import { expect, test } from "vitest";
import { decodeXorAddress, encodeXorAddress } from "./address.ts";
import { StunFormatError } from "./message.ts";

const transactionId = Buffer.from("b7e7a701bc34d686fa87dfae", "hex");

test.each([
  ["127.0.0.1", "127.0.0.1"],
  ["255.255.255.255", "255.255.255.255"],
  ["::", "::"],
  ["::1", "::1"],
  ["fe80::1", "fe80::1"],
  ["2001:db8:1234:5678:11:2233:4455:6677", "2001:db8:1234:5678:11:2233:4455:6677"],
  ["::ffff:10.0.0.1", "::ffff:10.0.0.1"],
  ["64:ff9b::169.254.169.254", "64:ff9b::a9fe:a9fe"],
])("%s survives the way there and back", (address, text) => {
  const value = encodeXorAddress({ address, port: 49152 }, transactionId);
  expect(decodeXorAddress(value, transactionId)).toEqual({ address: text, port: 49152 });
});

test.each(["", "00", "0001a147", "0001a147e112a64300", "0003a147e112a643"])("%j is refused", (hex) => {
  expect(() => decodeXorAddress(Buffer.from(hex, "hex"), transactionId)).toThrow(StunFormatError);
});
