import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { crc32 } from "node:zlib";
import { ATTRIBUTE } from "./attributes.ts";

export type MessageClass = "request" | "indication" | "success" | "error";

export interface Attribute {
  readonly type: number;
  readonly value: Buffer;
}

export interface Message {
  readonly class: MessageClass;
  readonly method: number;
  /** 12 bytes. */
  readonly transactionId: Buffer;
  /** Without MESSAGE-INTEGRITY and FINGERPRINT. */
  readonly attributes: readonly Attribute[];
}

/** A message that arrived: well-formed, its FINGERPRINT (if there is one) is right, its integrity is not yet checked. */
export interface ReceivedMessage extends Message {
  readonly hasFingerprint: boolean;
  /** The first of MESSAGE-INTEGRITY's bytes in `bytes`; undefined for an unsigned message. */
  readonly integrityOffset: number | undefined;
  readonly bytes: Buffer;
}

/** A peer that breaks RFC 8489 or 8656. */
export class StunFormatError extends Error {
  override readonly name = "StunFormatError";
}

export const HEADER_BYTES = 20;
const COOKIE = 0x2112a442;
const FINGERPRINT_XOR = 0x5354554e;
const INTEGRITY_BYTES = 20;
const CLASSES = ["request", "indication", "success", "error"] as const satisfies readonly MessageClass[];

/** The key of the long-term credential mechanism (RFC 8489 section 9.2.2, MD5). */
export function longTermKey(username: string, realm: string, password: string): Buffer {
  return createHash("md5").update(`${username}:${realm}:${password}`).digest();
}

/** Bytes of the message; with `key` it is signed by MESSAGE-INTEGRITY, with `fingerprint` closed by FINGERPRINT. */
export function encodeMessage(message: Message, options: { key?: Buffer; fingerprint?: boolean } = {}): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt16BE(messageType(message), 0);
  header.writeUInt32BE(COOKIE, 4);
  message.transactionId.copy(header, 8);
  let bytes = withLength(Buffer.concat([header, ...message.attributes.map(encodeAttribute)]), 0);
  if (options.key) {
    const value = integrity(bytes, options.key);
    bytes = withLength(Buffer.concat([bytes, encodeAttribute({ type: ATTRIBUTE.messageIntegrity, value })]), 0);
  }
  if (options.fingerprint) {
    const value = fingerprint(bytes);
    bytes = withLength(Buffer.concat([bytes, encodeAttribute({ type: ATTRIBUTE.fingerprint, value })]), 0);
  }
  return bytes;
}

/** Reads one whole message. Throws StunFormatError for anything that RFC 8489 section 5, 14.5 or 14.7 forbids. */
export function decodeMessage(bytes: Buffer): ReceivedMessage {
  if (bytes.length < HEADER_BYTES) throw new StunFormatError(`${bytes.length} bytes are no STUN message`);
  const type = bytes.readUInt16BE(0);
  if (type >= 0x4000) throw new StunFormatError("the first two bits are not zero");
  if (bytes.readUInt32BE(4) !== COOKIE) throw new StunFormatError("the magic cookie is missing");
  const length = bytes.readUInt16BE(2);
  if (length % 4 !== 0 || length !== bytes.length - HEADER_BYTES) {
    throw new StunFormatError(`length ${length} does not fit a message of ${bytes.length} bytes`);
  }
  return {
    class: CLASSES[((type >> 4) & 1) | ((type >> 7) & 2)] ?? "request",
    method: (type & 0xf) | ((type >> 1) & 0x70) | ((type >> 2) & 0xf80),
    transactionId: bytes.subarray(8, HEADER_BYTES),
    bytes,
    ...decodeAttributes(bytes),
  };
}

/** True when the message is signed with this key (RFC 8489 section 14.5). */
export function isSignedBy({ bytes, integrityOffset }: ReceivedMessage, key: Buffer): boolean {
  if (integrityOffset === undefined) return false;
  const signed = bytes.subarray(integrityOffset, integrityOffset + INTEGRITY_BYTES);
  return timingSafeEqual(integrity(Buffer.from(bytes.subarray(0, integrityOffset - 4)), key), signed);
}

/** The value of the first attribute of this type (a receiver ignores repetitions). */
export function findAttribute({ attributes }: Message, type: number): Buffer | undefined {
  return attributes.find((attribute) => attribute.type === type)?.value;
}

function decodeAttributes(bytes: Buffer): Pick<ReceivedMessage, "attributes" | "hasFingerprint" | "integrityOffset"> {
  const attributes: Attribute[] = [];
  let integrityOffset: number | undefined;
  let hasFingerprint = false;
  for (let offset = HEADER_BYTES; offset < bytes.length;) {
    const type = bytes.readUInt16BE(offset);
    const end = offset + 4 + bytes.readUInt16BE(offset + 2);
    if (end > bytes.length) throw new StunFormatError(`attribute 0x${type.toString(16)} runs over the end`);
    const value = bytes.subarray(offset + 4, end);
    if (hasFingerprint) throw new StunFormatError("FINGERPRINT is not the last attribute");
    if (type === ATTRIBUTE.fingerprint) {
      if (!fingerprint(Buffer.from(bytes.subarray(0, offset))).equals(value))
        throw new StunFormatError("FINGERPRINT is wrong");
      hasFingerprint = true;
    } else if (integrityOffset !== undefined) {
      throw new StunFormatError(`attribute 0x${type.toString(16)} follows MESSAGE-INTEGRITY`);
    } else if (type === ATTRIBUTE.messageIntegrity) {
      if (value.length !== INTEGRITY_BYTES) throw new StunFormatError("MESSAGE-INTEGRITY must have 20 bytes");
      integrityOffset = offset + 4;
    } else {
      attributes.push({ type, value });
    }
    offset = end + padding(end);
  }
  return { attributes, hasFingerprint, integrityOffset };
}

function messageType({ class: messageClass, method }: Message): number {
  const bits = CLASSES.indexOf(messageClass);
  return (method & 0xf) | ((method & 0x70) << 1) | ((method & 0xf80) << 2) | ((bits & 1) << 4) | ((bits & 2) << 7);
}

function encodeAttribute({ type, value }: Attribute): Buffer {
  const bytes = Buffer.alloc(4 + value.length + padding(value.length));
  bytes.writeUInt16BE(type, 0);
  bytes.writeUInt16BE(value.length, 2);
  value.copy(bytes, 4);
  return bytes;
}

/** HMAC over everything before the attribute, with a length that already counts it. */
function integrity(before: Buffer, key: Buffer): Buffer {
  return createHmac("sha1", key)
    .update(withLength(before, 4 + INTEGRITY_BYTES))
    .digest();
}

function fingerprint(before: Buffer): Buffer {
  const value = Buffer.alloc(4);
  value.writeUInt32BE((crc32(withLength(before, 8)) ^ FINGERPRINT_XOR) >>> 0);
  return value;
}

/** Writes the length of the message, counting `coming` bytes that are still to follow. Changes `bytes`. */
function withLength(bytes: Buffer, coming: number): Buffer {
  bytes.writeUInt16BE(bytes.length - HEADER_BYTES + coming, 2);
  return bytes;
}

function padding(length: number): number {
  return (4 - (length % 4)) % 4;
}
