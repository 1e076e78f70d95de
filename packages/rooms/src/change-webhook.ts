import type { RoomsContext } from "./context.ts";
import { getWebhook } from "./find-webhooks.ts";
import {
  changeWebhook,
  deleteWebhookById,
  replaceWebhookSecret,
  replayWebhookById,
  type WebhookChange,
  type WebhookRow,
} from "./store/webhooks.ts";
import { drawWebhookSecret } from "./webhook-signature.ts";

interface Named {
  readonly appId: string;
  readonly webhookId: string;
}

/** Changes what is given; enabling goes on where it stopped. Throws `webhook_not_found`, like all of these. */
export async function updateWebhook(
  context: RoomsContext,
  { appId, webhookId }: Named,
  change: WebhookChange,
): Promise<WebhookRow> {
  await getWebhook(context, appId, webhookId);
  await changeWebhook(context.database, webhookId, change);
  return getWebhook(context, appId, webhookId);
}

/** Nothing more is sent; what was not sent yet is forgotten. */
export async function deleteWebhook(context: RoomsContext, { appId, webhookId }: Named): Promise<void> {
  await getWebhook(context, appId, webhookId);
  await deleteWebhookById(context.database, webhookId);
}

/** A new secret, told this once. For 24 hours everything is signed with the old one too. */
export async function rotateWebhookSecret(
  context: RoomsContext,
  { appId, webhookId }: Named,
): Promise<WebhookRow & { readonly secret: string }> {
  const row = await getWebhook(context, appId, webhookId);
  const secret = drawWebhookSecret();
  await replaceWebhookSecret(context.database, webhookId, secret);
  return { ...row, secret };
}

/** Sends again everything since then that is still known, under the same ids. */
export async function replayWebhook(context: RoomsContext, { appId, webhookId }: Named, since: Date): Promise<void> {
  await getWebhook(context, appId, webhookId);
  await replayWebhookById(context.database, webhookId, since);
}
