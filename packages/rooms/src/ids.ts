import { randomByte } from "./random-byte.ts";

const TIME_DIGITS = 6;
const RANDOM_DIGITS = 10;
const ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz";
const HEX = "0123456789abcdef";

/** A key for `rooms.room_key`: like a generated roomId, but never shown as one. */
export function newRoomKey(): string {
  return timeAndChance();
}

/** A generated roomId such as Hathora's `2swovpy1fnunu`: lower-case base36, unguessable, later ones sort later. */
export function newRoomId(): string {
  return timeAndChance();
}

/** A UUID version 7 (RFC 9562): new rows land on the right-hand page of their index. */
export function newUuid(): string {
  const time = Date.now().toString(16).padStart(12, "0");
  const version = hex((randomByte() & 0x0f) | 0x70) + hex(randomByte());
  const variant = hex((randomByte() & 0x3f) | 0x80) + hex(randomByte());
  return `${time.slice(0, 8)}-${time.slice(8)}-${version}-${variant}-${randomHex(6)}`;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** True for the canonical form of a UUID (RFC 9562), of any version and in any case. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/** `length` digits of base36 from a CSPRNG, without bias. */
export function randomBase36(length: number): string {
  let digits = "";
  while (digits.length < length) {
    const byte = randomByte();
    // 252 is the largest multiple of 36 in a byte; what lies above would favour the first digits.
    if (byte < 252) digits += ALPHABET.charAt(byte % 36);
  }
  return digits;
}

function randomHex(bytes: number): string {
  let digits = "";
  for (let count = 0; count < bytes; count += 1) digits += hex(randomByte());
  return digits;
}

function hex(byte: number): string {
  return HEX.charAt(byte >> 4) + HEX.charAt(byte & 15);
}

/** Seconds since the epoch fit six base36 digits until December 2038. */
function timeAndChance(): string {
  const seconds = Math.floor(Date.now() / 1000)
    .toString(36)
    .padStart(TIME_DIGITS, "0")
    .slice(-TIME_DIGITS);
  return seconds + randomBase36(RANDOM_DIGITS);
}
