import { allocate, type Address, type Allocation, type TlsSettings } from "@roombridge/turn-client";
import { explainFailure, explainRefusal } from "./explain.ts";
import { parseTurnUri, type TurnAddress } from "./turn-uri.ts";

export interface RelayCheck {
  readonly uri: string;
  readonly username: string;
  readonly password: string;
  /** For each step. */
  readonly timeoutMs: number;
  readonly tls?: TlsSettings;
}

export interface RelayResult {
  readonly uri: string;
  /** How long the first allocation took, with the connection and the challenge before it. */
  readonly allocateMs: number | undefined;
  /** From one client through both relayed addresses to the other one, and back. */
  readonly roundTripMs: number | undefined;
  /** What is wrong, in words; undefined when it relays. */
  readonly problem: string | undefined;
}

/** UDP loses packets. */
const ATTEMPTS = 5;

class Problem extends Error {}

/** Allocates twice and sends data both ways through the relay. Never rejects: what fails is the result. */
export async function checkRelay(check: RelayCheck): Promise<RelayResult> {
  const { uri } = check;
  const address = parseTurnUri(uri);
  let allocateMs: number | undefined;
  let roundTripMs: number | undefined;
  let problem: string | undefined;
  await using cleanup = new AsyncDisposableStack();
  try {
    if (!address) throw new Problem("not the address of a relay that this check can talk to");
    const begin = performance.now();
    const one = await allocated(check, address, cleanup);
    allocateMs = performance.now() - begin;
    const other = await allocated(check, address, cleanup);
    await permit(one, other.relayed);
    await permit(other, one.relayed);
    roundTripMs = await roundTrip(one, other, check.timeoutMs);
  } catch (error) {
    problem = error instanceof Problem ? error.message : explainFailure(error);
  }
  return { uri, allocateMs, roundTripMs, problem };
}

async function allocated(
  { username, password, timeoutMs, tls }: RelayCheck,
  address: TurnAddress,
  cleanup: AsyncDisposableStack,
): Promise<Allocation> {
  const result = await allocate({ ...address, username, password, timeoutMs, ...(tls && { tls }) });
  if (!result.ok) throw new Problem(explainRefusal("allocate", result));
  cleanup.defer(() => result.close());
  return result;
}

async function permit(allocation: Allocation, { address }: Address): Promise<void> {
  const result = await allocation.createPermission(address);
  if (!result.ok) throw new Problem(explainRefusal("permit", result));
}

async function roundTrip(one: Allocation, other: Allocation, timeoutMs: number): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const begin = performance.now();
    one.send(other.relayed, `there ${attempt}`);
    if ((await other.receive(timeoutMs / ATTEMPTS)) === undefined) continue;
    other.send(one.relayed, `and back ${attempt}`);
    if ((await one.receive(timeoutMs / ATTEMPTS)) !== undefined) return performance.now() - begin;
  }
  throw new Problem(
    `nothing came through in ${timeoutMs} ms: can the relay send from ${one.relayed.address} to itself? (firewall of its ports, TURN_EXTERNAL_IP)`,
  );
}
