import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { json } from "node:stream/consumers";
import { RoomError, signControl, type HostControl, type ProcessHost } from "@roombridge/rooms";

/** How long a host has for the beginning of its answer; what follows may take as long as it wants. */
const ANSWER_MS = 10_000;
/** Silence after which the kernel asks after a host: a log may be silent for long, and a machine may be gone. */
const KEEP_ALIVE_MS = 30_000;
const LATE = `no answer within ${ANSWER_MS / 1_000} s`;
/** What the host answers when too many logs are read. */
const RETRY_AFTER_SECONDS = 5;

/**
 * The answer of a process's host to a question about it; undefined when the host knows nothing of it. The caller reads the
 * answer or destroys it. Throws `host_away`, `rate_limited`.
 */
export async function askHost(
  { processId, control }: ProcessHost,
  question: string,
): Promise<IncomingMessage | undefined> {
  if (!control) throw hostAway(processId);
  const answer = await send(control, `/v1/processes/${processId}/${question}`).catch((cause: unknown) => {
    throw hostAway(processId, cause);
  });
  if (answer.statusCode === 200) return answer;
  answer.destroy();
  if (answer.statusCode === 404) return undefined;
  if (answer.statusCode !== 429) throw hostAway(processId, new Error(`the host answered ${answer.statusCode}`));
  throw new RoomError("rate_limited", `too many logs are read at the host of process ${processId}`, {
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  });
}

/** The JSON of such an answer, which has to come as a whole in time. Throws as `askHost` does. */
export async function askHostForJson(host: ProcessHost, question: string): Promise<unknown> {
  const answer = await askHost(host, question);
  if (!answer) return undefined;
  const timer = setTimeout(() => answer.destroy(new Error(LATE)), ANSWER_MS);
  try {
    return await json(answer);
  } catch (error) {
    throw hostAway(host.processId, error);
  } finally {
    clearTimeout(timer);
  }
}

/** Not with fetch: it gives up answers that are silent for five minutes, as a log may well be. */
function send({ url, secret }: HostControl, path: string): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const target = new URL(url + path);
  const token = signControl(secret, `GET ${target.pathname}${target.search}`, Date.now());
  const open = target.protocol === "https:" ? httpsRequest : httpRequest;
  const request = open(target, { headers: { authorization: `Roombridge ${token}` }, agent: false });
  const timer = setTimeout(() => request.destroy(new Error(LATE)), ANSWER_MS);
  request.once("socket", (socket) => socket.setKeepAlive(true, KEEP_ALIVE_MS));
  request.once("response", resolve).on("error", reject).end();
  return promise.finally(() => clearTimeout(timer));
}

function hostAway(processId: string, cause?: unknown): RoomError {
  return new RoomError("host_away", `the host of process ${processId} does not answer now; try again later`, { cause });
}
