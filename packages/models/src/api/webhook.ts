import { z } from "zod";
import { RoomEventType } from "./room-event.ts";

/** A name in ASCII, an IPv4 address, or an IPv6 address in brackets. */
const URL_FORM = /^https?:\/\/(?:[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?(?:[/?][^\s#]*)?$/;
const URL_ERROR = "expected http(s)://host[:port][/path] without credentials and fragment";

/** Where events are sent; no credentials, because it stands in lists and logs. */
const webhookUrl = z
  .string()
  .max(2_000)
  .regex(URL_FORM, { error: URL_ERROR, abort: true })
  .refine((url) => URL.canParse(url), { error: URL_ERROR })
  .meta({ example: "https://example.net/hooks/rooms" });

const types = z.array(RoomEventType).min(1).max(100).meta({ description: "Only these; every type when null." });

/** Body of `CreateWebhook`. */
export const CreateWebhookParams = z
  .object({ url: webhookUrl, types: types.nullable().optional() })
  .meta({ id: "CreateWebhookParams" });
export type CreateWebhookParams = z.infer<typeof CreateWebhookParams>;

/** Body of `UpdateWebhook`: what is left out stays. */
export const UpdateWebhookParams = z
  .object({
    url: webhookUrl.optional(),
    types: types.nullable().optional(),
    isEnabled: z.boolean().optional().meta({
      description: "False: nothing is sent. True: goes on where it was, as far as events are still known (72 h).",
    }),
  })
  .meta({ id: "UpdateWebhookParams" });
export type UpdateWebhookParams = z.infer<typeof UpdateWebhookParams>;

/** Body of `ReplayWebhook`. */
export const ReplayWebhookParams = z
  .object({ since: z.iso.datetime({ offset: true }).meta({ description: "Events are known for 72 h." }) })
  .meta({ id: "ReplayWebhookParams" });
export type ReplayWebhookParams = z.infer<typeof ReplayWebhookParams>;

/** An address that is told of the events of an application; without its secret. */
export const Webhook = z
  .object({
    webhookId: z.string(),
    appId: z.string(),
    url: z.string(),
    types: z.union([z.array(RoomEventType), z.null()]),
    isEnabled: z.boolean(),
    disabledReason: z.union([z.enum(["failing", "gone"]), z.null()]).meta({
      description:
        "`failing`: nothing was accepted for 72 h. `gone`: it answered 410. Null when its owner disabled it.",
    }),
    failingSince: z.iso.datetime().nullable(),
    createdAt: z.iso.datetime(),
    createdBy: z.string().meta({ description: "The token that created it." }),
  })
  .meta({ id: "Webhook" });
export type Webhook = z.infer<typeof Webhook>;

/** Answer of `CreateWebhook` and `RotateWebhookSecret`, the only ones with the secret. */
export const WebhookSecret = Webhook.extend({
  secret: z.string().meta({ description: "Signs what is sent (Standard Webhooks). Shown once." }),
}).meta({ id: "WebhookSecret" });
export type WebhookSecret = z.infer<typeof WebhookSecret>;

export const WebhookDeliveryState = z.enum(["pending", "delivered", "given_up"]);
export type WebhookDeliveryState = z.infer<typeof WebhookDeliveryState>;

/** What has become of an event at a webhook. */
export const WebhookDelivery = z
  .object({
    eventId: z.string().meta({ description: "The header `webhook-id`, the same in every attempt." }),
    type: RoomEventType,
    timestamp: z.iso.datetime(),
    state: WebhookDeliveryState,
    attempts: z.int().min(0),
    dueAt: z.iso.datetime().nullable().meta({ description: "Null: waits for an earlier event of its room, or ended." }),
    lastAttemptAt: z.iso.datetime().nullable(),
    lastStatus: z.union([z.int(), z.null()]).meta({ description: "HTTP status of the last answer." }),
    lastError: z.union([z.string(), z.null()]),
    endedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: "WebhookDelivery" });
export type WebhookDelivery = z.infer<typeof WebhookDelivery>;

export const WebhookDeliveryPage = z
  .object({
    deliveries: z.array(WebhookDelivery),
    nextCursor: z.union([z.string(), z.null()]).meta({ description: "Null after the last page." }),
  })
  .meta({ id: "WebhookDeliveryPage" });
export type WebhookDeliveryPage = z.infer<typeof WebhookDeliveryPage>;
