import type { SecretFacts } from "@roombridge/rooms";
import { duration, type Finding, findingsOf } from "./finding.ts";

/** Of what `roombridge turn rotate-secret` makes there are 43; fewer than these can be guessed from one credential. */
const FEWEST_CHARACTERS = 32;
/** A credential may live for a day. */
const LONGEST_LIFE_SECONDS = 86_400;

export interface RestFacts {
  readonly realm: string;
  /** How long TURN_REST_SECRET is; undefined: it is not set. */
  readonly fixedCharacters: number | undefined;
  /** Those of the database, which `isKnown` compares with TURN_REST_SECRET. */
  readonly stored: readonly SecretFacts[];
}

/** Of TURN_MODE=rest: whether there is a secret to issue with, and relays that read the database know the same one. */
export function judgeSecrets({ realm, fixedCharacters, stored }: RestFacts): Finding[] {
  const { findings, ok, warn, fail } = findingsOf("secrets");
  const begun = stored.filter(({ hasBegun }) => hasBegun);
  const [current] = begun;
  const lengths = [...(fixedCharacters === undefined ? [] : [fixedCharacters]), ...begun.map((one) => one.characters)];
  if (lengths.some((characters) => characters < FEWEST_CHARACTERS))
    warn(
      `a shared secret of ${Math.min(...lengths)} characters can be found out from one credential`,
      `one of at least ${FEWEST_CHARACTERS} random characters, or roombridge turn rotate-secret`,
    );
  if (fixedCharacters !== undefined) {
    if (begun.length > 0 && !begun.some(({ isKnown }) => isKnown))
      warn(
        `TURN_REST_SECRET is none of the secrets of realm ${realm} in the database`,
        "fine if every relay has it in its own file; one that reads the database refuses what gateways issue",
      );
    else ok("TURN_REST_SECRET issues, the same everywhere as long as every gateway, rtc and relay is given it");
  } else if (current === undefined) {
    fail(`realm ${realm} has no shared secret: creating a room fails`, "run roombridge turn rotate-secret");
  } else {
    ok(`the secret of realm ${realm} issues; relays take ${begun.length} of the database`);
    const { secondsLeft } = current;
    if (secondsLeft !== undefined && secondsLeft < LONGEST_LIFE_SECONDS && begun.length === stored.length)
      warn(`that secret ends in ${duration(secondsLeft)}, and none follows`, "run roombridge turn rotate-secret");
  }
  return findings;
}
