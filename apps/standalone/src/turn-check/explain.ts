import type { Refusal } from "@roombridge/turn-client";

/** What a relay was asked for. */
export type Step = "allocate" | "permit";

const REFUSALS: Readonly<Record<Step, Readonly<Record<number, string>>>> = {
  allocate: {
    401: "the relay does not take the credential: does it read the database of this gateway (or have its secret), with the same TURN_REALM?",
    437: "the relay has another session on this address",
    441: "the relay knows the session under another credential",
    486: "the relay gives this credential no more sessions (TURN_USER_QUOTA, or TURN_TOTAL_QUOTA)",
    508: "the relay has no room left: its ports (TURN_MIN_PORT to TURN_MAX_PORT), or its bandwidth (TURN_BPS_CAPACITY)",
  },
  permit: {
    403: "the relay refuses its own address as a peer, so two players who both relay never meet: it must be allowed (TURN_RELAY_IP, TURN_EXTERNAL_IP)",
  },
};

/** A refusal of the relay, in words for whoever runs it. */
export function explainRefusal(step: Step, { code, reason }: Refusal): string {
  const words = REFUSALS[step][code] ?? (reason || "the relay says no more");
  return `${code}: ${words}`;
}

const FAILURES: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nobody listens there",
  ECONNRESET: "the connection was closed: no TURN, or TLS without a certificate",
  EHOSTUNREACH: "there is no way to that address",
  ENETUNREACH: "there is no way to that address",
  ENOTFOUND: "the name is not known",
  EAI_AGAIN: "the name could not be looked up",
};

const CERTIFICATE = /CERT|SIGNATURE|ISSUER|ALTNAME/;

/** Why there was no answer that could be understood, in words for whoever runs the relay. */
export function explainFailure(error: unknown): string {
  const { message, code } = toError(error);
  if (/^no (?:answer|connection)/.test(message)) return `${message}: a firewall, another address, or another port`;
  if (CERTIFICATE.test(code)) return `the certificate is not accepted, by browsers neither: ${message} (${code})`;
  const known = FAILURES[code];
  return known === undefined ? message : `${known} (${code})`;
}

function toError(error: unknown): { readonly message: string; readonly code: string } {
  if (!(error instanceof Error)) return { message: String(error), code: "" };
  return { message: error.message, code: "code" in error && typeof error.code === "string" ? error.code : "" };
}
