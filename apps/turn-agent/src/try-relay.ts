import { allocate } from "@roombridge/turn-client";
import type { CanaryCredential, CanaryCredentials } from "./canary-credential.ts";

export interface CanaryOptions {
  readonly credentials: CanaryCredentials;
  /** Where coturn listens for clients. */
  readonly host: string;
  readonly port: number;
}

export type CanaryAnswer =
  | { readonly isHealthy: true; readonly ms: number }
  | { readonly isHealthy: false; readonly reason: string };

const TIMEOUT_MS = 3_000;
/** After a restart of the database each of coturn's authentication threads loses one log-in. */
const ATTEMPTS = 3;

/**
 * Allocates a relayed address as a player would. That goes well only if coturn demands a credential, finds ours in the
 * database, and has an address to give. Rejects only when the database does not answer us, which says nothing of the relay.
 */
export async function tryRelay(options: CanaryOptions): Promise<CanaryAnswer> {
  const { credentials } = options;
  let answer = await tryOnce(options, await credentials.current());
  for (let attempt = 1; attempt < ATTEMPTS && !answer.isHealthy; attempt += 1) {
    credentials.forget();
    answer = await tryOnce(options, await credentials.current());
  }
  return answer;
}

async function tryOnce({ host, port }: CanaryOptions, credential: CanaryCredential): Promise<CanaryAnswer> {
  const begin = performance.now();
  try {
    const answer = await allocate({ host, port, transport: "udp", timeoutMs: TIMEOUT_MS, ...credential });
    const ms = performance.now() - begin;
    if (!answer.ok)
      return { isHealthy: false, reason: `coturn refuses the test allocation (${answer.code} ${answer.reason})` };
    await answer.close();
    return { isHealthy: true, ms };
  } catch (error) {
    return { isHealthy: false, reason: error instanceof Error ? error.message : String(error) };
  }
}
