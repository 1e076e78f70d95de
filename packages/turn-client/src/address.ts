import { isIPv6, SocketAddress } from "node:net";
import { StunFormatError } from "./message.ts";

export interface Address {
  /** IPv4 or IPv6 in text. */
  readonly address: string;
  readonly port: number;
}

const COOKIE = Buffer.from([0x21, 0x12, 0xa4, 0x42]);
const FAMILY_IPV4 = 0x01;
const FAMILY_IPV6 = 0x02;

/** XOR-MAPPED-ADDRESS and its like (RFC 8489 section 14.2). */
export function encodeXorAddress({ address, port }: Address, transactionId: Buffer): Buffer {
  const ip = isIPv6(address) ? ipv6Bytes(address) : Buffer.from(address.split(".").map(Number));
  const value = Buffer.alloc(4 + ip.length);
  value.writeUInt8(ip.length === 4 ? FAMILY_IPV4 : FAMILY_IPV6, 1);
  value.writeUInt16BE(port ^ 0x2112, 2);
  xor(ip, transactionId).copy(value, 4);
  return value;
}

/** Reverse of `encodeXorAddress`; throws StunFormatError. IPv6 comes in its canonical short form. */
export function decodeXorAddress(value: Buffer, transactionId: Buffer): Address {
  const ipBytes = { [FAMILY_IPV4]: 4, [FAMILY_IPV6]: 16 }[value.length > 1 ? value.readUInt8(1) : 0];
  if (ipBytes === undefined || value.length !== 4 + ipBytes) throw new StunFormatError("not an address");
  const ip = xor(value.subarray(4), transactionId);
  const address = ipBytes === 4 ? ip.join(".") : ipv6Text(ip);
  return { address, port: value.readUInt16BE(2) ^ 0x2112 };
}

function xor(ip: Buffer, transactionId: Buffer): Buffer {
  const mask = Buffer.concat([COOKIE, transactionId]);
  return Buffer.from(ip.map((byte, index) => byte ^ (mask[index] ?? 0)));
}

function ipv6Bytes(address: string): Buffer {
  const withDots = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  if (withDots) {
    const [, head = "", ...bytes] = withDots;
    const [a, b, c, d] = bytes.map((byte) => Number(byte).toString(16).padStart(2, "0"));
    return ipv6Bytes(`${head}${a}${b}:${c}${d}`);
  }
  const [head = "", tail] = address.split("::");
  const left = head.split(":").filter(Boolean);
  const right = (tail ?? "").split(":").filter(Boolean);
  const groups = [...left, ...Array.from({ length: 8 - left.length - right.length }, () => "0"), ...right];
  return Buffer.from(groups.map((group) => group.padStart(4, "0")).join(""), "hex");
}

function ipv6Text(ip: Buffer): string {
  const groups = ip.toString("hex").match(/.{4}/g) ?? [];
  return new SocketAddress({ family: "ipv6", address: groups.join(":") }).address;
}
