import type { IncomingMessage, ServerResponse } from "node:http";
import { checkControl } from "@roombridge/rooms";
import type { Logger } from "@roombridge/service";
import type { ProcessSampler } from "../metrics/process-sampler.ts";
import { toSeries } from "../metrics/to-series.ts";
import { type Provider, ProviderAwayError } from "../provider/provider.ts";
import { sendLog } from "./send-log.ts";
import type { StreamLimit } from "./stream-limit.ts";

/** What requests are answered from. */
export interface Desk {
  readonly provider: Pick<Provider, "hasLog" | "logs">;
  readonly sampler: Pick<ProcessSampler, "samplesOf">;
  readonly streams: StreamLimit;
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

const PATH = /^\/v1\/processes\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\/(log|metrics)$/;

/**
 * Answers one request of a gateway; never rejects. Which gateway asks for which process is the gateway's to decide: it
 * knows who asked, and to whom the process belongs.
 */
export async function serveRequest(
  desk: Desk,
  { secret, log }: { readonly secret: string; readonly log: Logger },
  { request, response }: Exchange,
): Promise<void> {
  try {
    const token = /^Roombridge (.+)$/.exec(request.headers.authorization ?? "")?.[1] ?? "";
    const target = `${request.method} ${request.url}`;
    if (!checkControl(secret, { target, token }, Date.now())) answerWith(response, 401, "the request is not signed");
    else await answer(desk, new URL(request.url ?? "/", "http://host"), { request, response });
  } catch (error) {
    log[error instanceof ProviderAwayError ? "debug" : "error"]({ err: error }, "a question of a gateway failed");
    if (response.headersSent) response.destroy();
    else answerWith(response, error instanceof ProviderAwayError ? 503 : 500, "the host cannot answer now");
  }
}

async function answer(desk: Desk, { pathname, searchParams }: URL, { request, response }: Exchange): Promise<void> {
  const [, processId, what] = PATH.exec(pathname) ?? [];
  if (request.method !== "GET" || processId === undefined) answerWith(response, 404, "there is nothing at this path");
  else if (what === "metrics") {
    const number = (name: string) => Number(searchParams.get(name));
    const range = { start: number("start"), end: number("end"), step: number("step") };
    answerJson(response, 200, toSeries(desk.sampler.samplesOf(processId), range));
  } else if (!(await desk.provider.hasLog(processId))) answerWith(response, 404, "no log is kept of this process");
  else {
    const tailLines = searchParams.get("tailLines");
    const options = {
      ...(tailLines === null ? {} : { tailLines: Number(tailLines) }),
      follow: searchParams.get("follow") === "true",
    };
    const isSent = await desk.streams.hold(() => sendLog(desk.provider, { processId, ...options }, response));
    if (!isSent) answerWith(response, 429, "too many logs are read here at once");
  }
}

export function answerWith(response: ServerResponse, status: number, message: string): void {
  answerJson(response, status, { message });
}

function answerJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
