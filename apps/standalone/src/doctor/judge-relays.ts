import type { RelayFacts } from "@roombridge/rooms";
import { duration, type Finding, findingsOf } from "./finding.ts";

/** After that no client is sent to a relay any more. */
const FRESH_SECONDS = 15;
const LONG_GONE_SECONDS = 86_400;

export function judgeRelays(relays: readonly RelayFacts[]): Finding[] {
  const { findings, ok, warn, fail } = findingsOf("relays");
  const present = relays.filter(({ isRetired, silentSeconds }) => !isRetired && silentSeconds < LONG_GONE_SECONDS);
  const usable = present.filter(isUsable);
  for (const { serverId, version, sessions } of usable)
    ok(`${serverId} (${version ?? "version unknown"}): ${sessions} sessions`);
  for (const relay of present.filter((one) => !isUsable(one))) {
    const { serverId, silentSeconds } = relay;
    if (silentSeconds > FRESH_SECONDS)
      warn(`${serverId} has been silent for ${duration(silentSeconds)}`, "look at the turn-agent beside it");
    else if (!relay.isHealthy)
      warn(
        `${serverId} fails its own test allocation: no client is sent there`,
        "look at the logs of coturn and turn-agent, then roombridge turn check",
      );
    else ok(`${serverId} is draining, with ${relay.sessions} sessions`);
  }
  if (present.length === 0) ok("no relay has reported: clients are told TURN_URIS of the gateways");
  else if (usable.length === 0) fail("no relay takes new clients", "start one, or end a drain");
  return findings;
}

function isUsable({ isHealthy, isDraining, silentSeconds }: RelayFacts): boolean {
  return isHealthy && !isDraining && silentSeconds <= FRESH_SECONDS;
}

/** `keys`: the ids of TURN_CREDENTIAL_KEYS, if the doctor was told. */
export function judgeKeys(counts: ReadonlyMap<string, number>, keys: readonly string[] | undefined): Finding[] {
  const { findings, ok, fail } = findingsOf("keys");
  const text = [...counts].map(([key, count]) => `${key}: ${count}`).join(", ");
  if (counts.size > 0) ok(`live TURN credentials by key: ${text}`);
  for (const key of counts.keys()) {
    if (keys === undefined || keys.includes(key)) continue;
    fail(
      `${counts.get(key)} live credentials were made with the key ${key}, which TURN_CREDENTIAL_KEYS lacks`,
      "put it back, behind the first one, until none is left",
    );
  }
  return findings;
}
