import { randomFillSync } from "node:crypto";

/** One call of the system's generator costs as much as some hundred bytes of it. */
const POOL_BYTES = 8_192;

const pool = Buffer.alloc(POOL_BYTES);
let used = POOL_BYTES;

/** A byte from a CSPRNG; no byte is handed out twice. */
export function randomByte(): number {
  if (used === POOL_BYTES) {
    randomFillSync(pool);
    used = 0;
  }
  const byte = pool.readUInt8(used);
  used += 1;
  return byte;
}
