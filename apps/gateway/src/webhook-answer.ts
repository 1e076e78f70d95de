import type { Webhook, WebhookDelivery, WebhookSecret } from "@roombridge/models/api";
import { toEventId, type DeliveryRow, type WebhookRow } from "@roombridge/rooms";

/** Without its secret, which only two operations show. */
export function toWebhook(row: WebhookRow): Webhook {
  const { webhookId, appId, url, types, disabledAt, disabledReason, failingSince, createdAt, createdBy } = row;
  return {
    webhookId,
    appId,
    url,
    types,
    isEnabled: disabledAt === null,
    disabledReason,
    failingSince: failingSince?.toISOString() ?? null,
    createdAt: createdAt.toISOString(),
    createdBy,
  };
}

export function toWebhookSecret(row: WebhookRow & { readonly secret: string }): WebhookSecret {
  return { ...toWebhook(row), secret: row.secret };
}

export function toDelivery(row: DeliveryRow): WebhookDelivery {
  const { position, type, createdAt, state, attempts, dueAt, lastAttemptAt, lastStatus, lastError, endedAt } = row;
  return {
    eventId: toEventId(position),
    type,
    timestamp: createdAt.toISOString(),
    state,
    attempts,
    dueAt: dueAt?.toISOString() ?? null,
    lastAttemptAt: lastAttemptAt?.toISOString() ?? null,
    lastStatus,
    lastError,
    endedAt: endedAt?.toISOString() ?? null,
  };
}
