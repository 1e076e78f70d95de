import type { RoomEventType, WebhookDeliveryState } from "@roombridge/models/api";
import type { JsonReader } from "../http/json-reader.ts";
import type { Open } from "../open.ts";

export interface CreateWebhookParams {
  /** http or https, without credentials; events are sent there by POST. */
  readonly url: string;
  /** Only these; every type when null or absent. */
  readonly types?: readonly Open<RoomEventType>[] | null | undefined;
}

/** What is left out stays. */
export interface UpdateWebhookParams {
  readonly url?: string | undefined;
  readonly types?: readonly Open<RoomEventType>[] | null | undefined;
  /** True: goes on where it was, as far as events are still known. */
  readonly isEnabled?: boolean | undefined;
}

/** An address that is told of the events of an application. */
export interface Webhook {
  readonly webhookId: string;
  readonly appId: string;
  readonly url: string;
  readonly types: readonly Open<RoomEventType>[] | null;
  readonly isEnabled: boolean;
  /** Why the server has disabled it: nothing was accepted for 72 h, or the receiver answered 410. */
  readonly disabledReason: Open<"failing" | "gone"> | null;
  readonly failingSince: Date | null;
  readonly createdAt: Date;
  readonly createdBy: string;
}

export interface WebhookWithSecret extends Webhook {
  /** Signs what is sent (Standard Webhooks); shown once. */
  readonly secret: string;
}

export interface ListDeliveriesParams {
  readonly state?: Open<WebhookDeliveryState> | undefined;
  /** Of a page, 1 to 500. Default 100. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the page before, with the same filter. */
  readonly cursor?: string | undefined;
}

/** What has become of an event at a webhook. */
export interface WebhookDelivery {
  /** The header `webhook-id`, the same in every attempt. */
  readonly eventId: string;
  readonly type: Open<RoomEventType>;
  readonly timestamp: Date;
  readonly state: Open<WebhookDeliveryState>;
  readonly attempts: number;
  /** Null: waits for an earlier event of its room, or ended. */
  readonly dueAt: Date | null;
  readonly lastAttemptAt: Date | null;
  /** HTTP status of the last answer. */
  readonly lastStatus: number | null;
  readonly lastError: string | null;
  readonly endedAt: Date | null;
}

export interface WebhookDeliveryPage {
  /** The newest event first. */
  readonly deliveries: readonly WebhookDelivery[];
  /** Null after the last page. */
  readonly nextCursor: string | null;
}

export function readWebhook(webhook: JsonReader): Webhook {
  return {
    webhookId: webhook.text("webhookId"),
    appId: webhook.text("appId"),
    url: webhook.text("url"),
    types: webhook.has("types") ? webhook.texts("types") : null,
    isEnabled: webhook.flag("isEnabled"),
    disabledReason: webhook.textOrNull("disabledReason"),
    failingSince: webhook.dateOrNull("failingSince"),
    createdAt: webhook.date("createdAt"),
    createdBy: webhook.text("createdBy"),
  };
}

export function readWebhookWithSecret(webhook: JsonReader): WebhookWithSecret {
  return { ...readWebhook(webhook), secret: webhook.text("secret") };
}

export function readDeliveryPage(page: JsonReader): WebhookDeliveryPage {
  return { deliveries: page.objects("deliveries").map(readDelivery), nextCursor: page.textOrNull("nextCursor") };
}

function readDelivery(delivery: JsonReader): WebhookDelivery {
  return {
    eventId: delivery.text("eventId"),
    type: delivery.text("type"),
    timestamp: delivery.date("timestamp"),
    state: delivery.text("state"),
    attempts: delivery.integer("attempts"),
    dueAt: delivery.dateOrNull("dueAt"),
    lastAttemptAt: delivery.dateOrNull("lastAttemptAt"),
    lastStatus: delivery.has("lastStatus") ? delivery.integer("lastStatus") : null,
    lastError: delivery.textOrNull("lastError"),
    endedAt: delivery.dateOrNull("endedAt"),
  };
}
