import { randomBytes } from "node:crypto";
import { decodeXorAddress, encodeXorAddress, type Address } from "./address.ts";
import { ATTRIBUTE, METHOD } from "./attributes.ts";
import { encodeMessage, findAttribute, StunFormatError, type ReceivedMessage } from "./message.ts";

/** Data that a peer sent through the relay. */
export interface RelayedData {
  /** The peer; undefined for data on a channel, which `channel` names instead. */
  readonly from: Address | undefined;
  readonly channel: number | undefined;
  readonly data: Buffer;
}

/** RFC 8656 section 11.1. */
export function encodeSendIndication(peer: Address, data: Buffer): Buffer {
  const transactionId = randomBytes(12);
  const attributes = [
    { type: ATTRIBUTE.xorPeerAddress, value: encodeXorAddress(peer, transactionId) },
    { type: ATTRIBUTE.data, value: data },
  ];
  return encodeMessage({ class: "indication", method: METHOD.send, transactionId, attributes }, { fingerprint: true });
}

/** RFC 8656 section 12.4, without the padding that TCP needs. */
export function encodeChannelData(channel: number, data: Buffer): Buffer {
  const header = Buffer.alloc(4);
  header.writeUInt16BE(channel, 0);
  header.writeUInt16BE(data.length, 2);
  return Buffer.concat([header, data]);
}

/** Undefined for an indication that is not Data; throws StunFormatError for a Data indication with a part missing. */
export function decodeDataIndication(message: ReceivedMessage): RelayedData | undefined {
  if (message.method !== METHOD.data) return undefined;
  const data = findAttribute(message, ATTRIBUTE.data);
  if (!data) throw new StunFormatError("a Data indication without DATA");
  return { from: addressOf(message, ATTRIBUTE.xorPeerAddress), channel: undefined, data };
}

/** Throws StunFormatError when the packet is shorter than it says (over UDP it may be longer: padding). */
export function decodeChannelData(packet: Buffer): RelayedData {
  const length = packet.readUInt16BE(2);
  if (packet.length < 4 + length) throw new StunFormatError("ChannelData is cut short");
  return { from: undefined, channel: packet.readUInt16BE(0), data: packet.subarray(4, 4 + length) };
}

export function addressOf(message: ReceivedMessage, type: number): Address {
  const value = findAttribute(message, type);
  if (!value) throw new StunFormatError(`the address 0x${type.toString(16)} is missing`);
  return decodeXorAddress(value, message.transactionId);
}

/** Seconds. */
export function lifetimeOf(message: ReceivedMessage): number {
  const value = findAttribute(message, ATTRIBUTE.lifetime);
  if (value?.length !== 4) throw new StunFormatError("LIFETIME is missing");
  return value.readUInt32BE();
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
