import type { RoomEventType } from "@roombridge/models/api";
import type { EventPosition } from "../event-position.ts";
import type { Database } from "./database.ts";
import { retryConflicts } from "./retry-conflicts.ts";
import type { EventPayload } from "./room-events.ts";

/** Events of one webhook that one call writes down; of all of them ten times as many. */
const ENQUEUE_LIMIT = 500;

export interface WebhookLook {
  /** Whether there is anything to send to. */
  readonly has: boolean;
  /** What the database's clock shows, in milliseconds since 1970. */
  readonly clockMs: number;
}

export async function lookForWebhooks({ sql }: Database): Promise<WebhookLook> {
  const [row] = await sql<WebhookLook[]>`
    select exists (select from webhooks where disabled_at is null) as has,
           extract(epoch from clock_timestamp())::float8 * 1000 as "clockMs"`;
  if (!row) throw new Error("a look answers one row");
  return row;
}

/**
 * After the clock was set back: what would be due in a future that may be days away is due now, and no claim lasts longer than
 * it may. What is attempted at this moment stays claimed.
 */
export async function settleWebhookTimes({ sql }: Database, holdSeconds: number): Promise<void> {
  await retryConflicts(() =>
    sql.begin(async (tx) => {
      await tx`select from webhooks order by webhook_id for update`;
      await tx`update webhooks set retry_at = null where retry_at > clock_timestamp()`;
      await tx`
        update webhook_deliveries d
           set due_at = least(d.due_at, n.now),
               claimed_until = case when d.claimed_until > n.latest then n.latest else d.claimed_until end
          from (select at as now, at + make_interval(secs => ${holdSeconds}::double precision) as latest
                  from clock_timestamp() as at) n
         where d.due_at is not null and (d.due_at > n.now or d.claimed_until > n.latest)`;
    }),
  );
}

/** Writes down what has happened, for each webhook. True: there is more. */
export async function enqueueWebhookEvents({ sql }: Database): Promise<boolean> {
  const [row] = await retryConflicts(
    () => sql<{ more: boolean }[]>`select enqueue_webhook_events(${ENQUEUE_LIMIT}) as more`,
  );
  return row?.more ?? false;
}

/** A delivery that is to be attempted now, and by nobody else. */
export interface DueDelivery {
  readonly webhookId: string;
  readonly appId: string;
  readonly url: string;
  /** The newest first; all of them sign. */
  readonly secrets: readonly string[];
  readonly position: EventPosition;
  readonly type: RoomEventType;
  readonly payload: EventPayload;
  readonly createdAt: Date;
  /** How often it has failed. */
  readonly attempts: number;
  /** How often the webhook has failed in a row. */
  readonly failures: number;
}

interface DueRow extends Omit<DueDelivery, "position" | "secrets"> {
  readonly secret: string;
  readonly previousSecret: string | null;
  readonly xid: string;
  readonly id: string;
}

export interface ClaimOptions {
  /** Attempts side by side at one webhook; one while it fails. */
  readonly parallel: number;
  /** How many are under way, by webhookId. */
  readonly busy: Readonly<Record<string, number>>;
  /** At most so many; webhooks that fail come last. */
  readonly limit: number;
  /** After so long without a result somebody else tries. */
  readonly holdSeconds: number;
}

/** Takes what is due: of each room at most one, the oldest that has not ended. */
export async function claimDeliveries({ sql }: Database, options: ClaimOptions): Promise<DueDelivery[]> {
  const { parallel, busy, limit, holdSeconds } = options;
  const rows = await sql<DueRow[]>`
    with due as (
      select d.webhook_id, d.xid, d.id from webhooks w cross join lateral (
        select o.webhook_id, o.xid, o.id from webhook_deliveries o
         where o.webhook_id = w.webhook_id and o.due_at <= statement_timestamp()
           and (o.claimed_until is null or o.claimed_until < statement_timestamp())
         order by o.due_at, o.xid, o.id
         limit greatest(0, case when w.failing_since is null then ${parallel}::integer else 1 end
                           - coalesce((${JSON.stringify(busy)}::text::jsonb->>w.webhook_id)::integer, 0))
         for update skip locked
      ) d
      where w.disabled_at is null and (w.retry_at is null or w.retry_at <= statement_timestamp())
      order by w.failing_since is not null limit greatest(0, ${limit}::integer)
    )
    update webhook_deliveries d set claimed_until = clock_timestamp() + make_interval(secs => ${holdSeconds}::double precision)
      from due join webhooks w on w.webhook_id = due.webhook_id
     where d.webhook_id = due.webhook_id and d.xid = due.xid and d.id = due.id
    returning d.webhook_id as "webhookId", w.app_id as "appId", w.url, w.secret,
              case when w.previous_secret_until > statement_timestamp() then w.previous_secret end as "previousSecret",
              d.xid::text, d.id, d.type, d.payload, d.created_at as "createdAt", d.attempts, w.failures`;
  return rows.map(({ xid, id, secret, previousSecret, ...row }) => ({
    ...row,
    position: { xid: BigInt(xid), id: Number(id) },
    secrets: previousSecret === null ? [secret] : [secret, previousSecret],
  }));
}

export interface AttemptResult {
  readonly position: EventPosition;
  readonly isDelivered: boolean;
  /** HTTP status, if there was an answer. */
  readonly status: number | null;
  readonly error: string | null;
  /** Until the next attempt, if it failed. */
  readonly delaySeconds: number;
}

export interface AttemptReport {
  readonly webhookId: string;
  readonly results: readonly AttemptResult[];
  /** How long nothing is sent when all of them failed. */
  readonly pauseSeconds: number;
  /** After so long nothing is tried any more. */
  readonly patienceHours: number;
  /** The receiver wants no more. */
  readonly isGone: boolean;
}

/** Writes down how attempts ended. Answers why the webhook has been disabled, if it has. */
export async function recordAttempts({ sql }: Database, report: AttemptReport): Promise<"failing" | "gone" | null> {
  const { webhookId, results, pauseSeconds, patienceHours, isGone } = report;
  const [row] = await retryConflicts(
    () => sql<{ reason: "failing" | "gone" | null }[]>`
      select record_webhook_attempts(
        ${webhookId}, ${results.map(({ position }) => String(position.xid))}::text[]::xid8[],
        ${results.map(({ position }) => position.id)}::bigint[],
        ${results.map(({ isDelivered }) => String(isDelivered))}::text[]::boolean[],
        ${results.map(({ status }) => status)}::integer[], ${results.map(({ error }) => error)}::text[],
        ${results.map(({ delaySeconds }) => delaySeconds)}::double precision[], ${pauseSeconds}::double precision,
        make_interval(hours => ${patienceHours}::integer), ${isGone}) as reason`,
  );
  return row?.reason ?? null;
}

/** Lets somebody else attempt these at once. */
export async function releaseDeliveries({ sql }: Database, deliveries: readonly DueDelivery[]): Promise<void> {
  await sql`
    update webhook_deliveries d set claimed_until = null
      from unnest(${deliveries.map(({ webhookId }) => webhookId)}::text[],
                  ${deliveries.map(({ position }) => String(position.xid))}::text[]::xid8[],
                  ${deliveries.map(({ position }) => position.id)}::bigint[]) as r (webhook_id, xid, id)
     where d.webhook_id = r.webhook_id and d.xid = r.xid and d.id = r.id`;
}

/** Forgets what nobody could be told for 144 h, at most `limit`; the next of its lane is due then. Answers how many. */
export async function deleteStaleDeliveries({ sql }: Database, limit: number): Promise<number> {
  return retryConflicts(() =>
    sql.begin(async (tx) => {
      const stale = await tx<{ webhookId: string; lane: string; xid: string; id: string }[]>`
        select webhook_id as "webhookId", lane, xid::text, id from webhook_deliveries
         where state = 'pending' and created_at < statement_timestamp() - interval '144 hours'
         order by created_at limit ${limit}`;
      if (stale.length === 0) return 0;
      const webhookIds = stale.map(({ webhookId }) => webhookId);
      // Who enqueues meanwhile would count on the one before it.
      await tx`select from webhooks where webhook_id = any (${webhookIds}::text[]) order by webhook_id for update`;
      await tx`
        delete from webhook_deliveries d
         using unnest(${webhookIds}::text[], ${stale.map(({ xid }) => xid)}::text[]::xid8[],
                      ${stale.map(({ id }) => id)}::bigint[]) as s (webhook_id, xid, id)
         where d.webhook_id = s.webhook_id and d.xid = s.xid and d.id = s.id`;
      await tx`
        update webhook_deliveries d set due_at = clock_timestamp()
          from (select distinct * from unnest(${webhookIds}::text[], ${stale.map(({ lane }) => lane)}::text[])) as s (webhook_id, lane)
         cross join lateral (
           select o.xid, o.id from webhook_deliveries o
            where o.webhook_id = s.webhook_id and o.lane = s.lane and o.state = 'pending' order by o.xid, o.id limit 1
         ) n
         where d.webhook_id = s.webhook_id and d.xid = n.xid and d.id = n.id and d.due_at is null`;
      return stale.length;
    }),
  );
}
