import { newUuid } from "../ids.ts";
import type { Database } from "./database.ts";

/** The secret with which TURN_MODE=rest issues now: the newest of the realm that has begun and not ended. */
export async function findTurnSecret({ sql }: Database, realm: string): Promise<string | undefined> {
  const [row] = await sql<{ value: string }[]>`
    select value from turn_secrets
     where realm = ${realm} and not_before <= clock_timestamp() and (not_after is null or not_after > clock_timestamp())
     order by not_before desc, secret_id desc limit 1`;
  return row?.value;
}

export interface TurnSecretRotation {
  readonly realm: string;
  readonly value: string;
  /** When the new one begins; at once when absent. */
  readonly notBefore?: Date | undefined;
  /** How long those before it still open a relay after that: at least the longest lifetime of a credential. */
  readonly overlapSeconds: number;
}

/** Adds a secret and schedules the end of those before it; its own, too, if a later one is there. Answers when it begins. */
export async function rotateTurnSecret({ sql }: Database, rotation: TurnSecretRotation): Promise<Date> {
  const { realm, value, notBefore = null, overlapSeconds } = rotation;
  const [row] = await sql<{ notBefore: Date }[]>`
    with fresh as (
      insert into turn_secrets (secret_id, realm, value, not_before, not_after)
      select ${newUuid()}, ${realm}, ${value}, b.begin,
             (select min(later.not_before) from turn_secrets later where later.realm = ${realm} and later.not_before > b.begin)
               + make_interval(secs => ${overlapSeconds}::integer)
        from (select coalesce(${notBefore}::timestamptz, clock_timestamp()) as begin) b
      returning not_before
    ), ending as (
      update turn_secrets s
         set not_after = least(s.not_after, fresh.not_before + make_interval(secs => ${overlapSeconds}::integer))
        from fresh where s.realm = ${realm} and s.not_before <= fresh.not_before
    )
    select not_before as "notBefore" from fresh`;
  if (!row) throw new Error("an insert answers its row");
  return row.notBefore;
}
