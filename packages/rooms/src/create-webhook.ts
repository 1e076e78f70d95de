import type { RoomEventType } from "@roombridge/models/api";
import type { Application, Principal } from "./access.ts";
import type { RoomsContext } from "./context.ts";
import { RoomError } from "./errors.ts";
import { newUuid } from "./ids.ts";
import { insertWebhook, type WebhookRow } from "./store/webhooks.ts";
import { drawWebhookSecret } from "./webhook-signature.ts";

const MAX_PER_APPLICATION = 20;

export interface CreateWebhookInput {
  readonly application: Application;
  readonly principal: Principal;
  readonly url: string;
  /** Null: every type. */
  readonly types: readonly RoomEventType[] | null;
}

/** From now on events are sent there. The secret is told this once. Throws `invalid_params` when there are too many. */
export async function createWebhook(
  context: RoomsContext,
  { application, principal, url, types }: CreateWebhookInput,
): Promise<WebhookRow & { readonly secret: string }> {
  const secret = drawWebhookSecret();
  const row = await insertWebhook(context.database, {
    webhookId: `webhook-${newUuid()}`,
    appId: application.appId,
    url,
    types,
    secret,
    createdBy: principal.orgTokenId,
    max: MAX_PER_APPLICATION,
  });
  if (row) return { ...row, secret };
  throw new RoomError("invalid_params", `an application has at most ${MAX_PER_APPLICATION} webhooks`);
}
