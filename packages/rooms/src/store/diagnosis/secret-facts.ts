import type { Database } from "../database.ts";

/** A shared secret of a realm (TURN_MODE=rest) that has not ended. */
export interface SecretFacts {
  readonly characters: number;
  readonly hasBegun: boolean;
  /** Until it ends; undefined while no end is scheduled. */
  readonly secondsLeft: number | undefined;
  /** It is the one that was asked for. */
  readonly isKnown: boolean;
}

/** The secrets of a realm that relays see now or later, the newest first; `known` is compared, and no value is answered. */
export async function readSecretFacts(
  { sql }: Database,
  realm: string,
  known: string | undefined,
): Promise<SecretFacts[]> {
  const rows = await sql<(Omit<SecretFacts, "secondsLeft"> & { readonly secondsLeft: number | null })[]>`
    select length(value) as characters, not_before <= clock_timestamp() as "hasBegun",
           extract(epoch from not_after - clock_timestamp())::float8 as "secondsLeft",
           value = ${known ?? ""} as "isKnown"
      from turn_secrets
     where realm = ${realm} and (not_after is null or not_after > clock_timestamp())
     order by not_before desc, secret_id desc`;
  return rows.map(({ secondsLeft, ...rest }) => ({ ...rest, secondsLeft: secondsLeft ?? undefined }));
}
