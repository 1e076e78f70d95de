import type { IncomingMessage } from "node:http";
import type { Logger } from "@roombridge/service";
import type { Context, HonoRequest } from "hono";
import type { Admission } from "./admission.ts";
import type { Answer } from "./answer.ts";
import type { Client } from "./client-address.ts";
import { withDeadline } from "./deadline.ts";
import type { Endpoint } from "./endpoint.ts";
import { errorAnswer, isForeseen } from "./error-response.ts";

interface Handling {
  readonly log: Logger;
  readonly admission: Admission;
  readonly requestMs: number;
}

interface Asked {
  readonly request: HonoRequest;
  readonly requestId: string;
  readonly client: Client;
}

/** Who the listener of Node says is there; undefined in tests without one. */
export function incomingOf({ env }: Context): IncomingMessage | undefined {
  // @hono/node-server puts it there (its HttpBindings), and nobody else makes an environment.
  return (env as { readonly incoming?: IncomingMessage } | undefined)?.incoming;
}

/**
 * The answer of an endpoint to a client that may have one now, or 408 when it takes too long: the log then tells what became
 * of it. Throws what the endpoint throws, and `rate_limited`.
 */
export function handleRequest(
  { log, admission, requestMs }: Handling,
  endpoint: Endpoint,
  asked: Asked,
): Promise<Answer> {
  const { requestId, request } = asked;
  const deadlineMs = requestMs + (endpoint.patienceSeconds?.(request) ?? 0) * 1_000;
  return withDeadline(handle(admission, endpoint, asked), deadlineMs, {
    late: () => tooLate(deadlineMs, request.method),
    onLate(late) {
      if ("result" in late) late.result.stream?.destroy();
      const outcome = "result" in late ? { status: late.result.status } : { err: late.error };
      log.warn({ requestId, operation: endpoint.name, ...outcome }, "ended after its deadline");
    },
  });
}

async function handle(admission: Admission, endpoint: Endpoint, { request, client }: Asked): Promise<Answer> {
  const { access } = endpoint;
  if (access === undefined) return endpoint.handle(request);
  const authorization = () => request.header("authorization");
  admission.admit(access, client, authorization, endpoint.isForPlayersToo);
  try {
    const given = await endpoint.handle(request);
    admission.wasAccepted(access, client, authorization);
    return given;
  } catch (error) {
    if (isForeseen(error) && error.code === "unauthenticated" && !error.isKnown)
      admission.wasRefused(access, client, authorization);
    throw error;
  }
}

function tooLate(deadlineMs: number, method: string): Answer {
  const advice =
    method === "GET" || method === "HEAD" ? "ask again" : "it may still be done, so look it up before you ask again";
  return errorAnswer(408, `no answer within ${deadlineMs / 1_000} s; ${advice}`);
}
