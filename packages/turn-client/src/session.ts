import { randomBytes } from "node:crypto";
import { ATTRIBUTE } from "./attributes.ts";
import type { Exchange } from "./exchange.ts";
import {
  findAttribute,
  isSignedBy,
  longTermKey,
  StunFormatError,
  type Attribute,
  type ReceivedMessage,
} from "./message.ts";

/** A request that the server refused. */
export interface Refusal {
  readonly ok: false;
  /** STUN error code: 401, 403, 437, 438, 486 … */
  readonly code: number;
  /** The server's words; may be empty. */
  readonly reason: string;
}

export interface Granted {
  readonly ok: true;
  readonly answer: ReceivedMessage;
}

export interface Credential {
  readonly username: string;
  readonly password: string;
  /** Signs for this realm instead of the one that the server names. */
  readonly realm?: string;
}

/** The attributes of a request; IPv6 addresses are masked with its transaction id. */
export type AttributesOf = (transactionId: Buffer) => readonly Attribute[];

const UNAUTHENTICATED = 401;
/** The server still has a session of this local port: it keeps them a while after their end. */
export const ALLOCATION_MISMATCH = 437;
const STALE_NONCE = 438;

/** The long-term credential mechanism of one client (RFC 8489 section 9.2). */
export class Session {
  readonly #exchange: Exchange;
  readonly #credential: Credential;
  #realm = "";
  #nonce: Buffer | undefined;

  constructor(exchange: Exchange, credential: Credential) {
    this.#exchange = exchange;
    this.#credential = credential;
  }

  /** Answers the first challenge (401) and one stale nonce (438); a 401 to a signed request is the result, and any 437. */
  async request(method: number, attributesOf: AttributesOf): Promise<Granted | Refusal> {
    if (this.#nonce === undefined) {
      const transactionId = randomBytes(12);
      const attributes = attributesOf(transactionId);
      const unsigned = await this.#exchange.request({
        class: "request",
        method,
        transactionId,
        attributes,
      });
      const refusal = toRefusal(unsigned);
      if (refusal?.code === ALLOCATION_MISMATCH) return refusal;
      if (refusal?.code !== UNAUTHENTICATED) {
        throw new StunFormatError(
          `a request without a credential was answered with ${refusal?.code ?? "success"}, not 401`,
        );
      }
      this.#learn(unsigned);
    }
    const first = await this.#sign(method, attributesOf);
    return first.ok || first.code !== STALE_NONCE ? first : this.#sign(method, attributesOf);
  }

  async #sign(method: number, attributesOf: AttributesOf): Promise<Granted | Refusal> {
    const { username, password } = this.#credential;
    const key = longTermKey(username, this.#realm, password);
    const transactionId = randomBytes(12);
    const attributes = [
      ...attributesOf(transactionId),
      { type: ATTRIBUTE.username, value: Buffer.from(username) },
      { type: ATTRIBUTE.realm, value: Buffer.from(this.#realm) },
      { type: ATTRIBUTE.nonce, value: this.#nonce ?? Buffer.alloc(0) },
    ];
    const answer = await this.#exchange.request({ class: "request", method, transactionId, attributes }, key);
    const refusal = toRefusal(answer);
    if (refusal === undefined && !isSignedBy(answer, key))
      throw new StunFormatError("the answer is not signed with our key");
    if (refusal?.code === STALE_NONCE) this.#learn(answer);
    return refusal ?? { ok: true, answer };
  }

  #learn(challenge: ReceivedMessage): void {
    const realm = findAttribute(challenge, ATTRIBUTE.realm);
    const nonce = findAttribute(challenge, ATTRIBUTE.nonce);
    if (!realm || !nonce) throw new StunFormatError("the challenge has no REALM or no NONCE");
    this.#realm = this.#credential.realm ?? realm.toString();
    this.#nonce = nonce;
  }
}

/** Undefined for a success. */
function toRefusal(answer: ReceivedMessage): Refusal | undefined {
  if (answer.class === "success") return undefined;
  const value = findAttribute(answer, ATTRIBUTE.errorCode);
  if (!value || value.length < 4) throw new StunFormatError("an error answer without ERROR-CODE");
  return {
    ok: false,
    code: (value.readUInt8(2) & 7) * 100 + value.readUInt8(3),
    reason: value.subarray(4).toString(),
  };
}
