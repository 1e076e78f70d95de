import { isStorable } from "@roombridge/models/api";
import type { RoomsContext } from "./context.ts";
import { RoomError, webhookNotFound } from "./errors.ts";
import { parsePosition, printPosition } from "./event-position.ts";
import {
  selectDeliveries,
  selectWebhooks,
  type DeliveryFilter,
  type DeliveryRow,
  type WebhookRow,
} from "./store/webhooks.ts";

/** All of an application, oldest first. */
export function listWebhooks(context: RoomsContext, appId: string): Promise<WebhookRow[]> {
  return selectWebhooks(context.database, appId);
}

/** Throws `webhook_not_found`. */
export async function getWebhook(context: RoomsContext, appId: string, webhookId: string): Promise<WebhookRow> {
  const [row] = isStorable(webhookId) ? await selectWebhooks(context.database, appId, webhookId) : [];
  if (!row) throw webhookNotFound(webhookId);
  return row;
}

export interface FindDeliveriesInput extends Omit<DeliveryFilter, "before"> {
  readonly cursor?: string | undefined;
}

export interface FoundDeliveries {
  readonly deliveries: readonly DeliveryRow[];
  /** Null after the last page. */
  readonly nextCursor: string | null;
}

/** What has been sent and what will be, the newest event first. Throws `webhook_not_found`, `invalid_params`. */
export async function findDeliveries(
  context: RoomsContext,
  { appId, webhookId }: { readonly appId: string; readonly webhookId: string },
  { state, limit, cursor }: FindDeliveriesInput,
): Promise<FoundDeliveries> {
  const before = cursor === undefined ? undefined : parsePosition(cursor);
  if (cursor !== undefined && !before) {
    throw new RoomError("invalid_params", "cursor: expected the nextCursor of another page");
  }
  const { webhookId: found } = await getWebhook(context, appId, webhookId);
  const rows = await selectDeliveries(context.database, found, { state, before, limit: limit + 1 });
  const deliveries = rows.slice(0, limit);
  const last = deliveries.at(-1);
  return { deliveries, nextCursor: rows.length > limit && last ? printPosition(last.position) : null };
}
