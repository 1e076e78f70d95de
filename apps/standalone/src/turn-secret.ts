import { randomBytes } from "node:crypto";
import { type Database, findTurnSecret, rotateTurnSecret } from "@roombridge/rooms";

/** A new secret for TURN_MODE=rest: 256 bits, in characters that coturn's file and its database carry. */
export function newTurnSecret(): string {
  return randomBytes(32).toString("base64url");
}

/** Sees to it that TURN_MODE=rest has a secret to issue with. */
export async function ensureTurnSecret(database: Database, realm: string): Promise<void> {
  if ((await findTurnSecret(database, realm)) !== undefined) return;
  await rotateTurnSecret(database, { realm, value: newTurnSecret(), overlapSeconds: 0 });
}
