import { applicationId } from "../application-id.ts";
import type { CallOptions, RepeatableCallOptions } from "../call-options.ts";
import type { HttpTransport } from "../http/http-transport.ts";
import { JsonReader } from "../http/json-reader.ts";
import { CHANGE, CREATE, DELETE, PATCH, READ, ROTATE, type Operation } from "../http/operation.ts";
import { urlPath, urlQuery } from "../http/url-path.ts";
import { RoombridgeError } from "../roombridge-error.ts";
import {
  readDeliveryPage,
  readWebhook,
  readWebhookWithSecret,
  type CreateWebhookParams,
  type ListDeliveriesParams,
  type UpdateWebhookParams,
  type Webhook,
  type WebhookDeliveryPage,
  type WebhookWithSecret,
} from "./webhook.ts";

/** Addresses that are told what happens to rooms. Roombridge only. Every method throws RoombridgeError. */
export class WebhooksV1 {
  readonly #transport: HttpTransport;
  readonly #appId: string | undefined;

  constructor(transport: HttpTransport, appId: string | undefined) {
    this.#transport = transport;
    this.#appId = appId;
  }

  /** The answer alone has the secret. Never repeated by itself: a second request would make a second webhook. */
  async createWebhook(params: CreateWebhookParams, options: CallOptions = {}): Promise<WebhookWithSecret> {
    return readWebhookWithSecret(new JsonReader(await this.#call(CREATE, "", options, params)));
  }

  /** Oldest first. */
  async listWebhooks(options: RepeatableCallOptions = {}): Promise<Webhook[]> {
    return JsonReader.list(await this.#call(READ, "", options)).map(readWebhook);
  }

  async getWebhook(webhookId: string, options: RepeatableCallOptions = {}): Promise<Webhook> {
    return readWebhook(new JsonReader(await this.#call(READ, urlPath`/${webhookId}`, options)));
  }

  /** Changes what is given. */
  async updateWebhook(
    webhookId: string,
    params: UpdateWebhookParams,
    options: RepeatableCallOptions = {},
  ): Promise<Webhook> {
    return readWebhook(new JsonReader(await this.#call(PATCH, urlPath`/${webhookId}`, options, params)));
  }

  /** Repeated after a 429 only: a second request would find nothing. */
  async deleteWebhook(webhookId: string, options: RepeatableCallOptions = {}): Promise<void> {
    await this.#call(DELETE, urlPath`/${webhookId}`, options);
  }

  /** A new secret; the old one signs as well for 24 h. Repeated after a 429 only: a second one would push out the old one. */
  async rotateWebhookSecret(webhookId: string, options: RepeatableCallOptions = {}): Promise<WebhookWithSecret> {
    return readWebhookWithSecret(
      new JsonReader(await this.#call(ROTATE, urlPath`/${webhookId}/rotate-secret`, options)),
    );
  }

  /** What it was told in the last 72 h, and what it will be told. */
  async listWebhookDeliveries(
    webhookId: string,
    { state, limit, cursor }: ListDeliveriesParams = {},
    options: RepeatableCallOptions = {},
  ): Promise<WebhookDeliveryPage> {
    const path = urlPath`/${webhookId}/deliveries` + urlQuery({ state, limit, cursor });
    return readDeliveryPage(new JsonReader(await this.#call(READ, path, options)));
  }

  /** Tells it again of everything since then that is still known (72 h), under the same ids. */
  async replayWebhook(webhookId: string, since: Date, options: RepeatableCallOptions = {}): Promise<void> {
    if (Number.isNaN(since.getTime())) throw new RoombridgeError("invalid_argument", "since: not a valid date");
    await this.#call(CHANGE, urlPath`/${webhookId}/replay`, options, { since: since.toISOString() });
  }

  async #call(operation: Operation, path: string, options: CallOptions, body?: object): Promise<unknown> {
    const base = urlPath`/webhooks/v1/apps/${applicationId(options, this.#appId)}/webhooks`;
    return this.#transport.call({ operation, path: base + path, body }, options);
  }
}
