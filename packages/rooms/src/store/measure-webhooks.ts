import type { Database } from "./database.ts";

/** What webhooks there are, and what they have not been told yet. */
export interface WebhookUsage {
  /** The last attempt was accepted, or there was none. */
  readonly working: number;
  /** The last attempts failed. */
  readonly failing: number;
  readonly disabled: number;
  /** Events that working and failing ones have not accepted yet, counted up to 100,000. */
  readonly pending: number;
  /** How long ago the oldest of these happened; 0 when there is none. */
  readonly oldestSeconds: number;
  /** For how long nobody has attempted what is due, where nothing is under way; 0 when there is nothing. */
  readonly overdueSeconds: number;
}

export async function measureWebhooks({ sql }: Database): Promise<WebhookUsage> {
  const [row] = await sql<WebhookUsage[]>`
    with waiting as (
      select count(*)::integer as pending, min(p.created_at) as oldest from (
        select d.created_at from webhook_deliveries d join webhooks w on w.webhook_id = d.webhook_id
         where d.state = 'pending' and w.disabled_at is null order by d.created_at limit 100000
      ) p
    ), overdue as (
      select min(n.due_at) as due_at from webhooks w cross join lateral (
        select d.due_at from webhook_deliveries d
         where d.webhook_id = w.webhook_id and d.due_at is not null order by d.due_at limit 1
      ) n
       where w.disabled_at is null and (w.retry_at is null or w.retry_at <= statement_timestamp())
         and not exists (
           select from webhook_deliveries c
            where c.webhook_id = w.webhook_id and c.due_at is not null and c.claimed_until > statement_timestamp())
    )
    select (select count(*) from webhooks where disabled_at is null and failing_since is null)::integer as working,
           (select count(*) from webhooks where disabled_at is null and failing_since is not null)::integer as failing,
           (select count(*) from webhooks where disabled_at is not null)::integer as disabled,
           waiting.pending,
           greatest(0, coalesce(extract(epoch from clock_timestamp() - waiting.oldest), 0))::float8 as "oldestSeconds",
           greatest(0, coalesce(extract(epoch from clock_timestamp() - overdue.due_at), 0))::float8 as "overdueSeconds"
      from waiting cross join overdue`;
  if (!row) throw new Error("an aggregate answers one row");
  return row;
}
