import { Agent as HttpAgent, request as httpRequest, type IncomingMessage, type RequestOptions } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { signWebhook, toEventId, toRoomEvent, type DueDelivery } from "@roombridge/rooms";
import { isPublicAddress, literalAddress, lookupPublic } from "./public-address.ts";
import { retryAfterSeconds } from "./retry-after.ts";

/** How a receiver answered: an HTTP status, or why there was none. */
export interface WebhookAnswer {
  readonly status: number | null;
  /** Null: accepted. */
  readonly error: string | null;
  /** How long it wants to be left alone, if it says so. */
  readonly retryAfterSeconds: number | null;
}

export interface WebhookSender {
  /** One attempt; never throws. */
  readonly send: (delivery: DueDelivery, signal: AbortSignal) => Promise<WebhookAnswer>;
  readonly close: () => void;
}

interface Head {
  readonly status: number;
  readonly retryAfter: string | undefined;
}

/** From the first byte of the connection to the head of the answer. */
const ANSWER_MS = 10_000;

/** Connections are kept for the next event. Redirects are not followed: they could lead anywhere. */
export function openWebhookSender({ allowsPrivate }: { readonly allowsPrivate: boolean }): WebhookSender {
  // No limit for a host: webhooks of many may lead to one, and those that hang must not hold up the others.
  const settings = { keepAlive: true, maxFreeSockets: 4, timeout: 30_000 };
  const agents = { "http:": new HttpAgent(settings), "https:": new HttpsAgent(settings) };

  function post(delivery: DueDelivery, signal: AbortSignal): Promise<Head> {
    const url = new URL(delivery.url);
    const literal = literalAddress(url);
    if (!allowsPrivate && literal !== undefined && !isPublicAddress(literal)) {
      return Promise.reject(new Error("not a public address"));
    }
    const isHttps = url.protocol === "https:";
    const body = JSON.stringify(toRoomEvent(delivery));
    const options: RequestOptions = {
      method: "POST",
      agent: isHttps ? agents["https:"] : agents["http:"],
      ...(allowsPrivate ? {} : { lookup: lookupPublic }),
      headers: { ...headersOf(delivery, body), "content-length": Buffer.byteLength(body) },
      signal,
    };
    const { promise, resolve, reject } = Promise.withResolvers<Head>();
    const request = (isHttps ? httpsRequest : httpRequest)(url, options, (answer) => {
      // The body tells us nothing; a long one costs the connection.
      answer.on("error", () => {});
      let bytes = 0;
      answer.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > 65_536) answer.destroy();
      });
      resolve(headOf(answer));
    });
    request.on("upgrade", (answer, socket) => {
      socket.destroy();
      resolve(headOf(answer));
    });
    request.on("error", reject);
    // Whatever else ends it without an answer; after one it changes nothing.
    request.on("close", () => reject(new Error("closed")));
    request.end(body);
    return promise;
  }

  return {
    async send(delivery, stopped) {
      const deadline = AbortSignal.timeout(ANSWER_MS);
      try {
        const { status, retryAfter } = await post(delivery, AbortSignal.any([stopped, deadline]));
        const error = status >= 200 && status < 300 ? null : `answered ${status}`;
        return { status, error, retryAfterSeconds: retryAfterSeconds(status, retryAfter) };
      } catch (error) {
        const reason = deadline.aborted ? `no answer within ${ANSWER_MS / 1_000} s` : reasonOf(error);
        return { status: null, error: reason, retryAfterSeconds: null };
      }
    },
    close() {
      for (const agent of Object.values(agents)) agent.destroy();
    },
  };
}

function headOf({ statusCode = 0, headers }: IncomingMessage): Head {
  return { status: statusCode, retryAfter: headers["retry-after"] };
}

/** Standard Webhooks. */
function headersOf({ position, secrets }: DueDelivery, body: string): Record<string, string> {
  const id = toEventId(position);
  const timestamp = Math.floor(Date.now() / 1_000);
  return {
    "content-type": "application/json",
    "user-agent": "roombridge-webhooks",
    "webhook-id": id,
    "webhook-timestamp": String(timestamp),
    "webhook-signature": signWebhook(secrets, { id, timestamp, body }),
  };
}

/** The code of an error of the network; nothing of the message, which may hold addresses. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "failed";
  if ("code" in error && typeof error.code === "string" && error.code !== "EPRIVATE") return error.code.slice(0, 60);
  return error.message === "not a public address" ? error.message : "failed";
}
