import { createRoute } from "@hono/zod-openapi";
import {
  ReplayWebhookParams,
  UpdateWebhookParams,
  Webhook,
  WebhookDeliveryPage,
  WebhookDeliveryState,
  WebhookSecret,
} from "@roombridge/models/api";
import {
  deleteWebhook,
  findDeliveries,
  getWebhook,
  listWebhooks,
  replayWebhook,
  rotateWebhookSecret,
  updateWebhook,
  type RoomsContext,
} from "@roombridge/rooms";
import type { HonoRequest } from "hono";
import { z } from "zod";
import { applicationOf, principalOf } from "../auth.ts";
import { documentResponses, SECURITY } from "../document-responses.ts";
import type { Operation } from "../operation.ts";
import { parse } from "../parse.ts";
import { AppPath, webhookIdOf, WebhookPath } from "../path-values.ts";
import { integerInQuery, valueInQuery } from "../query-values.ts";
import { readJson } from "../read-json.ts";
import { toDelivery, toWebhook, toWebhookSecret } from "../webhook-answer.ts";
import { createWebhookOperation, refusePrivate } from "./create-webhook.ts";

const ALL = "/webhooks/v1/apps/{appId}/webhooks";
const ONE = `${ALL}/{webhookId}`;
const LIMIT = { min: 1, max: 500, fallback: 100 };

const common = { tags: ["WebhooksV1"], security: SECURITY };

const list: Operation = {
  route: createRoute({
    ...common,
    method: "get",
    path: ALL,
    operationId: "ListWebhooks",
    summary: "The application's webhooks, oldest first, without their secrets",
    request: { params: AppPath },
    responses: documentResponses({ status: 200, description: "All of them", schema: z.array(Webhook) }, [401, 404]),
  }),
  access: "applications:read",
  isForBrowsers: false,
  async handle(rooms, request) {
    const { appId } = await applicationIn(rooms, request);
    return { status: 200, body: (await listWebhooks(rooms, appId)).map(toWebhook) };
  },
};

const get: Operation = {
  route: createRoute({
    ...common,
    method: "get",
    path: ONE,
    operationId: "GetWebhook",
    summary: "One webhook, without its secret",
    request: { params: WebhookPath },
    responses: documentResponses({ status: 200, description: "The webhook", schema: Webhook }, [401, 404]),
  }),
  access: "applications:read",
  isForBrowsers: false,
  async handle(rooms, request) {
    const { appId } = await applicationIn(rooms, request);
    return { status: 200, body: toWebhook(await getWebhook(rooms, appId, webhookIdOf(request))) };
  },
};

const update: Operation = {
  route: createRoute({
    ...common,
    method: "patch",
    path: ONE,
    operationId: "UpdateWebhook",
    summary: "Change its address or its types, disable it, or enable it again",
    request: {
      params: WebhookPath,
      body: { required: true, content: { "application/json": { schema: UpdateWebhookParams } } },
    },
    responses: documentResponses({ status: 200, description: "The webhook", schema: Webhook }, [401, 404, 422]),
  }),
  access: "applications:read-write",
  isForBrowsers: false,
  async handle(rooms, request, settings) {
    const principal = await principalOf(rooms, request);
    const change = parse(UpdateWebhookParams, await readJson(request), "body");
    if (change.url !== undefined) refusePrivate(change.url, settings);
    const { appId } = await applicationOf(rooms, principal, request);
    const changed = await updateWebhook(rooms, { appId, webhookId: webhookIdOf(request) }, change);
    return { status: 200, body: toWebhook(changed) };
  },
};

const remove: Operation = {
  route: createRoute({
    ...common,
    method: "delete",
    path: ONE,
    operationId: "DeleteWebhook",
    summary: "Tell it nothing more, and forget what it was told",
    request: { params: WebhookPath },
    responses: documentResponses({ status: 204, description: "Deleted" }, [401, 404]),
  }),
  access: "applications:read-write",
  isForBrowsers: false,
  async handle(rooms, request) {
    const { appId } = await applicationIn(rooms, request);
    await deleteWebhook(rooms, { appId, webhookId: webhookIdOf(request) });
    return { status: 204 };
  },
};

const rotate: Operation = {
  route: createRoute({
    ...common,
    method: "post",
    path: `${ONE}/rotate-secret`,
    operationId: "RotateWebhookSecret",
    summary: "A new secret, which the answer alone has; for 24 h the old one signs as well",
    request: { params: WebhookPath },
    responses: documentResponses(
      { status: 200, description: "The webhook and its new secret", schema: WebhookSecret },
      [401, 404],
    ),
  }),
  access: "applications:read-write",
  isForBrowsers: false,
  async handle(rooms, request) {
    const { appId } = await applicationIn(rooms, request);
    return {
      status: 200,
      body: toWebhookSecret(await rotateWebhookSecret(rooms, { appId, webhookId: webhookIdOf(request) })),
    };
  },
};

const deliveries: Operation = {
  route: createRoute({
    ...common,
    method: "get",
    path: `${ONE}/deliveries`,
    operationId: "ListWebhookDeliveries",
    summary: "What it was told and will be told, the newest event first, page by page; kept for 72 h",
    request: {
      params: WebhookPath,
      query: z.object({
        state: WebhookDeliveryState.optional(),
        limit: z.int().min(LIMIT.min).max(LIMIT.max).default(LIMIT.fallback),
        cursor: z.string().optional().meta({ description: "The `nextCursor` of the page before." }),
      }),
    },
    responses: documentResponses(
      { status: 200, description: "One page", schema: WebhookDeliveryPage },
      [401, 404, 422],
    ),
  }),
  access: "applications:read",
  isForBrowsers: false,
  async handle(rooms, request) {
    const principal = await principalOf(rooms, request);
    const state = valueInQuery(request, "state");
    const filter = {
      state: state === undefined ? undefined : parse(WebhookDeliveryState, state, "state"),
      limit: integerInQuery(request, "limit", LIMIT),
      cursor: valueInQuery(request, "cursor"),
    };
    const { appId } = await applicationOf(rooms, principal, request);
    const page = await findDeliveries(rooms, { appId, webhookId: webhookIdOf(request) }, filter);
    return { status: 200, body: { deliveries: page.deliveries.map(toDelivery), nextCursor: page.nextCursor } };
  },
};

const replay: Operation = {
  route: createRoute({
    ...common,
    method: "post",
    path: `${ONE}/replay`,
    operationId: "ReplayWebhook",
    summary: "Tell it again of everything since then, under the same ids and in the same order",
    request: {
      params: WebhookPath,
      body: { required: true, content: { "application/json": { schema: ReplayWebhookParams } } },
    },
    responses: documentResponses({ status: 204, description: "It is being told" }, [401, 404, 422]),
  }),
  access: "applications:read-write",
  isForBrowsers: false,
  async handle(rooms, request) {
    const principal = await principalOf(rooms, request);
    const { since } = parse(ReplayWebhookParams, await readJson(request), "body");
    const { appId } = await applicationOf(rooms, principal, request);
    await replayWebhook(rooms, { appId, webhookId: webhookIdOf(request) }, new Date(since));
    return { status: 204 };
  },
};

/** All of Roombridge's webhooks; Hathora has none. */
export const WEBHOOKS_V1: readonly Operation[] = [
  createWebhookOperation,
  list,
  get,
  update,
  remove,
  rotate,
  deliveries,
  replay,
];

async function applicationIn(rooms: RoomsContext, request: HonoRequest) {
  return applicationOf(rooms, await principalOf(rooms, request), request);
}
