import { randomBytes } from "node:crypto";

const INSTANCE = randomBytes(6).toString("base64url");
let count = 0;

/** Unique among all requests of all gateways; cheap, because every request has one. */
export function newRequestId(): string {
  count += 1;
  return `${INSTANCE}-${count.toString(36)}`;
}
