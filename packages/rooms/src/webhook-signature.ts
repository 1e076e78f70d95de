import { createHmac, randomBytes } from "node:crypto";
import { printPosition, type EventPosition } from "./event-position.ts";

const PREFIX = "whsec_";

/** A secret of 256 bits in the form of Standard Webhooks. */
export function drawWebhookSecret(): string {
  return PREFIX + randomBytes(32).toString("base64");
}

/** The `webhook-id` of an event: no dots, which separate what is signed. */
export function toEventId(position: EventPosition): string {
  return `evt_${printPosition(position).replace(".", "_")}`;
}

export interface SignedMessage {
  readonly id: string;
  /** Seconds since 1970, of this attempt. */
  readonly timestamp: number;
  readonly body: string;
}

/** The header `webhook-signature`: one `v1` signature for each secret (Standard Webhooks, symmetric). */
export function signWebhook(secrets: readonly string[], { id, timestamp, body }: SignedMessage): string {
  return secrets.map((secret) => `v1,${macOf(secret, `${id}.${timestamp}.${body}`)}`).join(" ");
}

function macOf(secret: string, content: string): string {
  const key = Buffer.from(secret.slice(PREFIX.length), "base64");
  return createHmac("sha256", key).update(content).digest("base64");
}
