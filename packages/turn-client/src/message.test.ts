import { describe, expect, test } from "vitest";
import { decodeXorAddress } from "./address.ts";
import { ATTRIBUTE } from "./attributes.ts";
import {
  decodeMessage,
  encodeMessage,
  findAttribute,
  isSignedBy,
  longTermKey,
  StunFormatError,
  type Attribute,
  type MessageClass,
} from "./message.ts";

// RFC 5769: sections 2.1 (request), 2.2 (IPv4 response), 2.3 (IPv6 response), 2.4 (request with long-term credential).
const PASSWORD = Buffer.from("VOkJxbRl1RmTxUk/WvJxBt");
const REQUEST = `000100582112a442b7e7a701bc34d686fa87dfae
  802200105354554e207465737420636c69656e74 002400046e0001ff 80290008932ff9b151263b36
  000600096576746a3a68367659202020 000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2 80280004e57a3bcf`;
const RESPONSE_IPV4 = `0101003c2112a442b7e7a701bc34d686fa87dfae
  8022000b7465737420766563746f7220 002000080001a147e112a643
  000800142b91f599fd9e90c38c7489f92af9ba53f06be7d7 80280004c07d4c96`;
const RESPONSE_IPV6 = `010100482112a442b7e7a701bc34d686fa87dfae
  8022000b7465737420766563746f7220 002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9
  00080014a382954e4be67bf11784c97c8292c275bfe3ed41 80280004c8fb0b4c`;
const LONG_TERM_REQUEST = `000100602112a44278ad3433c6ad72c029da412e
  00060012e3839ee38388e383aae38383e382afe382b90000
  0015001c662f2f3439396b39353464364f4c33346f4c39465354767936347341
  0014000b6578616d706c652e6f726700 00080014f67024656dd64a3e02b8e0712e85c9a28ca89666`;

function bytes(hex: string): Buffer {
  return Buffer.from(hex.replace(/\s/g, ""), "hex");
}

describe("RFC 5769", () => {
  test.each([
    ["2.1", REQUEST, "request"],
    ["2.2", RESPONSE_IPV4, "success"],
    ["2.3", RESPONSE_IPV6, "success"],
  ])("section %s: fingerprint and integrity are right", (_, hex, messageClass) => {
    const message = decodeMessage(bytes(hex));
    expect(message).toMatchObject({ class: messageClass, method: 1, hasFingerprint: true });
    expect(message.transactionId.toString("hex")).toBe("b7e7a701bc34d686fa87dfae");
    expect(isSignedBy(message, PASSWORD)).toBe(true);
    expect(isSignedBy(message, Buffer.from("another password"))).toBe(false);
  });

  test("section 2.1: attributes come without their padding", () => {
    expect(findAttribute(decodeMessage(bytes(REQUEST)), ATTRIBUTE.username)?.toString()).toBe("evtj:h6vY");
  });

  test.each([
    ["2.2", RESPONSE_IPV4, "192.0.2.1"],
    ["2.3", RESPONSE_IPV6, "2001:db8:1234:5678:11:2233:4455:6677"],
  ])("section %s: the mapped address is %s", (_, hex, address) => {
    const message = decodeMessage(bytes(hex));
    const value = findAttribute(message, ATTRIBUTE.xorMappedAddress) ?? Buffer.alloc(0);
    expect(decodeXorAddress(value, message.transactionId)).toEqual({ address, port: 32853 });
  });

  test("section 2.4: encoding a request with a long-term credential gives the same bytes", () => {
    const username = "マトリックス";
    const message = {
      class: "request",
      method: 1,
      transactionId: bytes("78ad3433c6ad72c029da412e"),
      attributes: [
        { type: ATTRIBUTE.username, value: Buffer.from(username) },
        { type: ATTRIBUTE.nonce, value: Buffer.from("f//499k954d6OL34oL9FSTvy64sA") },
        { type: ATTRIBUTE.realm, value: Buffer.from("example.org") },
      ],
    } as const;
    const key = longTermKey(username, "example.org", "TheMatrIX");
    expect(encodeMessage(message, { key }).toString("hex")).toBe(bytes(LONG_TERM_REQUEST).toString("hex"));
    expect(isSignedBy(decodeMessage(bytes(LONG_TERM_REQUEST)), key)).toBe(true);
  });
});

describe("encode and decode", () => {
  const classes: MessageClass[] = ["request", "indication", "success", "error"];
  const attributes: Attribute[] = [0, 1, 2, 3, 4, 5].map((length) => ({
    type: 0x8000 + length,
    value: Buffer.alloc(length, 7),
  }));
  const transactionId = Buffer.alloc(12, 0xc3);

  test.each(
    classes.flatMap((messageClass) => [0x001, 0x009, 0x07f, 0xfff].map((method) => [messageClass, method] as const)),
  )("a signed %s of method %i survives the way there and back", (messageClass, method) => {
    const key = Buffer.from("key");
    const packet = encodeMessage(
      { class: messageClass, method, transactionId, attributes },
      { key, fingerprint: true },
    );
    const message = decodeMessage(packet);
    expect(message).toMatchObject({
      class: messageClass,
      method,
      transactionId,
      attributes,
      hasFingerprint: true,
    });
    expect(isSignedBy(message, key)).toBe(true);
  });

  test("an unsigned message is signed by nobody", () => {
    const message = decodeMessage(encodeMessage({ class: "request", method: 1, transactionId, attributes }));
    expect(message).toMatchObject({ hasFingerprint: false, integrityOffset: undefined });
    expect(isSignedBy(message, Buffer.from("key"))).toBe(false);
  });

  test.each([
    ["too short", "0001", "no STUN message"],
    ["first bits set", "400000002112a442b7e7a701bc34d686fa87dfae", "first two bits"],
    ["no cookie", "000100002112a443b7e7a701bc34d686fa87dfae", "magic cookie"],
    ["length too large", "000100042112a442b7e7a701bc34d686fa87dfae", "does not fit"],
    ["length too small", "000100002112a442b7e7a701bc34d686fa87dfae80220000", "does not fit"],
    ["length not a multiple of 4", "000100022112a442b7e7a701bc34d686fa87dfae8022", "does not fit"],
    ["attribute over the end", "000100042112a442b7e7a701bc34d686fa87dfae80220001", "runs over the end"],
    ["short integrity", "000100082112a442b7e7a701bc34d686fa87dfae0008000400000000", "20 bytes"],
    ["wrong fingerprint", "000100082112a442b7e7a701bc34d686fa87dfae8028000400000000", "FINGERPRINT is wrong"],
  ])("%s is refused", (_, hex, message) => {
    expect(() => decodeMessage(bytes(hex))).toThrow(StunFormatError);
    expect(() => decodeMessage(bytes(hex))).toThrow(message);
  });

  test("an attribute behind MESSAGE-INTEGRITY is refused: nothing signs it", () => {
    const signed = encodeMessage(
      { class: "success", method: 3, transactionId, attributes: [] },
      { key: Buffer.from("key") },
    );
    const packet = Buffer.concat([signed, bytes("000d000400000e10")]);
    packet.writeUInt16BE(packet.length - 20, 2);
    expect(() => decodeMessage(packet)).toThrow("follows MESSAGE-INTEGRITY");
  });

  test("an attribute behind FINGERPRINT is refused", () => {
    const closed = encodeMessage({ class: "success", method: 3, transactionId, attributes: [] }, { fingerprint: true });
    const packet = Buffer.concat([closed, bytes("80220000")]);
    packet.writeUInt16BE(packet.length - 20, 2);
    expect(() => decodeMessage(packet)).toThrow(StunFormatError);
  });

  test("one changed bit breaks the integrity", () => {
    const packet = encodeMessage(
      { class: "request", method: 1, transactionId, attributes },
      { key: Buffer.from("key") },
    );
    packet.writeUInt8(packet.readUInt8(30) ^ 1, 30);
    expect(isSignedBy(decodeMessage(packet), Buffer.from("key"))).toBe(false);
  });
});
