import { randomBytes } from "node:crypto";

const TIME_DIGITS = 6;
const RANDOM_DIGITS = 10;
const ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz";

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
  const bytes = randomBytes(16);
  bytes.writeUIntBE(Date.now(), 0, 6);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x70, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
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
    for (const byte of randomBytes(length)) {
      // 252 is the largest multiple of 36 in a byte; what lies above would favour the first digits.
      if (byte < 252 && digits.length < length) digits += ALPHABET.charAt(byte % 36);
    }
  }
  return digits;
}

/** Seconds since the epoch fit six base36 digits until December 2038. */
function timeAndChance(): string {
  const seconds = Math.floor(Date.now() / 1000)
    .toString(36)
    .padStart(TIME_DIGITS, "0")
    .slice(-TIME_DIGITS);
  return seconds + randomBase36(RANDOM_DIGITS);
}
