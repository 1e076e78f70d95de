import type { RoomEventType, WebhookDeliveryState } from "@roombridge/models/api";
import type { EventPosition } from "../event-position.ts";
import type { Database } from "./database.ts";

export interface WebhookRow {
  readonly webhookId: string;
  readonly appId: string;
  readonly url: string;
  readonly types: RoomEventType[] | null;
  readonly disabledAt: Date | null;
  readonly disabledReason: "failing" | "gone" | null;
  readonly failingSince: Date | null;
  readonly createdAt: Date;
  readonly createdBy: string;
}

export interface NewWebhook {
  readonly webhookId: string;
  readonly appId: string;
  readonly url: string;
  readonly types: readonly RoomEventType[] | null;
  readonly secret: string;
  readonly createdBy: string;
  /** Of the application, this one included. */
  readonly max: number;
}

/** Undefined when the application has as many as it may have. */
export async function insertWebhook({ sql }: Database, webhook: NewWebhook): Promise<WebhookRow | undefined> {
  const { webhookId, appId, url, types, secret, createdBy, max } = webhook;
  return sql.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(hashtextextended('webhooks ' || ${appId}, 0))`;
    const [row] = await tx<WebhookRow[]>`
      insert into webhooks (webhook_id, app_id, url, types, secret, created_by)
      select ${webhookId}, ${appId}, ${url}, ${types as string[] | null}::text[], ${secret}, ${createdBy}
       where ${max} > (select count(*) from webhooks where app_id = ${appId})
      returning webhook_id as "webhookId", app_id as "appId", url, types, disabled_at as "disabledAt",
                disabled_reason as "disabledReason", failing_since as "failingSince", created_at as "createdAt",
                created_by as "createdBy"`;
    return row;
  });
}

/** Oldest first; just the one of `webhookId`, if given. */
export async function selectWebhooks({ sql }: Database, appId: string, webhookId?: string): Promise<WebhookRow[]> {
  return sql<WebhookRow[]>`
    select webhook_id as "webhookId", app_id as "appId", url, types, disabled_at as "disabledAt",
           disabled_reason as "disabledReason", failing_since as "failingSince", created_at as "createdAt",
           created_by as "createdBy"
      from webhooks
     where app_id = ${appId} and (${webhookId ?? null}::text is null or webhook_id = ${webhookId ?? null})
     order by created_at, webhook_id`;
}

export interface WebhookChange {
  readonly url?: string | undefined;
  readonly types?: readonly RoomEventType[] | null | undefined;
  readonly isEnabled?: boolean | undefined;
}

/** What is undefined stays. A webhook that is enabled, or gets another address, has no failures behind it. */
export async function changeWebhook(
  { sql }: Database,
  webhookId: string,
  { url, types, isEnabled }: WebhookChange,
): Promise<void> {
  const isNew = url !== undefined || isEnabled === true;
  await sql`
    update webhooks set
      url = coalesce(${url ?? null}, url),
      types = case when ${types !== undefined} then ${(types ?? null) as string[] | null}::text[] else types end,
      disabled_at = case ${isEnabled ?? null}::boolean
        when true then null when false then coalesce(disabled_at, clock_timestamp()) else disabled_at end,
      disabled_reason = case when ${isEnabled !== undefined} then null else disabled_reason end,
      failing_since = case when ${isNew} then null else failing_since end,
      failures = case when ${isNew} then 0 else failures end,
      retry_at = case when ${isNew} then null else retry_at end
     where webhook_id = ${webhookId}`;
  if (isNew) await makeDue(sql, webhookId);
}

/** What waits for another attempt is due now. */
async function makeDue(sql: Database["sql"], webhookId: string): Promise<void> {
  await sql`
    update webhook_deliveries set due_at = statement_timestamp()
     where webhook_id = ${webhookId} and due_at > statement_timestamp()`;
}

/** Deliveries that one statement deletes: a million may have waited for a receiver that was down. */
const DELETE_LIMIT = 10_000;

/** Its deliveries first, in batches; from the first moment nothing is sent or enqueued any more. */
export async function deleteWebhookById({ sql }: Database, webhookId: string): Promise<void> {
  await sql`update webhooks set disabled_at = coalesce(disabled_at, clock_timestamp()) where webhook_id = ${webhookId}`;
  for (let count = DELETE_LIMIT; count === DELETE_LIMIT;) {
    ({ count } = await sql`
      delete from webhook_deliveries where ctid = any (array(
        select ctid from webhook_deliveries where webhook_id = ${webhookId} limit ${DELETE_LIMIT}))`);
  }
  await sql`delete from webhooks where webhook_id = ${webhookId}`;
}

/** The old secret signs as well for another 24 hours. */
export async function replaceWebhookSecret({ sql }: Database, webhookId: string, secret: string): Promise<void> {
  await sql`
    update webhooks set previous_secret = secret, previous_secret_until = clock_timestamp() + interval '24 hours',
           secret = ${secret}
     where webhook_id = ${webhookId}`;
}

/** Enqueues again what has happened since. */
export async function replayWebhookById({ sql }: Database, webhookId: string, since: Date): Promise<void> {
  await sql`select replay_webhook(${webhookId}, ${since})`;
}

export interface DeliveryRow {
  readonly position: EventPosition;
  readonly type: RoomEventType;
  readonly createdAt: Date;
  readonly state: WebhookDeliveryState;
  readonly attempts: number;
  readonly dueAt: Date | null;
  readonly lastAttemptAt: Date | null;
  readonly lastStatus: number | null;
  readonly lastError: string | null;
  readonly endedAt: Date | null;
}

export interface DeliveryFilter {
  readonly state?: WebhookDeliveryState | undefined;
  /** Only what is older. */
  readonly before?: EventPosition | undefined;
  readonly limit: number;
}

/** The newest event first. */
export async function selectDeliveries(
  { sql }: Database,
  webhookId: string,
  { state, before, limit }: DeliveryFilter,
): Promise<DeliveryRow[]> {
  const rows = await sql<(Omit<DeliveryRow, "position"> & { xid: string; id: string })[]>`
    select xid::text, id, type, created_at as "createdAt", state, attempts, due_at as "dueAt",
           last_attempt_at as "lastAttemptAt", last_status as "lastStatus", last_error as "lastError", ended_at as "endedAt"
      from webhook_deliveries
     where webhook_id = ${webhookId} and (${state ?? null}::text is null or state = ${state ?? null})
       and (${before === undefined} or (xid, id) < (${String(before?.xid ?? 0)}::xid8, ${before?.id ?? 0}::bigint))
     order by xid desc, id desc limit ${limit}`;
  return rows.map(({ xid, id, ...row }) => ({ ...row, position: { xid: BigInt(xid), id: Number(id) } }));
}
