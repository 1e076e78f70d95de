import { createRoute } from "@hono/zod-openapi";
import { CreateWebhookParams, WebhookSecret } from "@roombridge/models/api";
import { createWebhook, RoomError } from "@roombridge/rooms";
import { applicationOf, principalOf } from "../auth.ts";
import { documentResponses, SECURITY } from "../document-responses.ts";
import type { Operation, OperationSettings } from "../operation.ts";
import { parse } from "../parse.ts";
import { AppPath } from "../path-values.ts";
import { readJson } from "../read-json.ts";
import { toWebhookSecret } from "../webhook-answer.ts";
import { isPublicAddress, literalAddress } from "../webhooks/public-address.ts";

/** Ours, like all of WebhooksV1. */
export const createWebhookOperation: Operation = {
  route: createRoute({
    method: "post",
    path: "/webhooks/v1/apps/{appId}/webhooks",
    operationId: "CreateWebhook",
    tags: ["WebhooksV1"],
    summary: "Have an address told of the application's events from now on; the answer alone has the secret",
    security: SECURITY,
    request: {
      params: AppPath,
      body: { required: true, content: { "application/json": { schema: CreateWebhookParams } } },
    },
    responses: documentResponses(
      { status: 201, description: "The webhook and its secret", schema: WebhookSecret },
      [401, 404, 422],
    ),
  }),
  access: "applications:read-write",
  isForBrowsers: false,
  async handle(rooms, request, settings) {
    const principal = await principalOf(rooms, request);
    const { url, types = null } = parse(CreateWebhookParams, await readJson(request), "body");
    refusePrivate(url, settings);
    const application = await applicationOf(rooms, principal, request);
    return { status: 201, body: toWebhookSecret(await createWebhook(rooms, { application, principal, url, types })) };
  },
};

/** Names are looked up and checked at each attempt. Throws `invalid_params`. */
export function refusePrivate(url: string, { allowsPrivateWebhooks }: OperationSettings): void {
  const address = literalAddress(new URL(url));
  if (address === undefined || allowsPrivateWebhooks || isPublicAddress(address)) return;
  throw new RoomError("invalid_params", "url: not a public address");
}
