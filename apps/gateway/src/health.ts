import { ping, type RoomsContext } from "@roombridge/rooms";
import type { Answer } from "./answer.ts";
import { errorAnswer } from "./error-response.ts";
import type { Lifecycle } from "./lifecycle.ts";

/** How long the database may take to answer before the gateway counts as not ready. */
const PING_DEADLINE_MS = 2_000;

/** The process is alive. It says nothing about the database: restarting the gateway would not mend that. */
export function checkAlive(): Answer {
  return { status: 200, body: { status: "alive" } };
}

/** Whether requests should be sent here: the database answers, and the gateway is not draining. */
export async function checkReady(rooms: RoomsContext, { isDraining }: Lifecycle): Promise<Answer> {
  if (isDraining) return errorAnswer(503, "draining");
  const deadline = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => deadline.resolve(false), PING_DEADLINE_MS);
  const answered = ping(rooms.database).then(
    () => true,
    () => false,
  );
  const isReady = await Promise.race([answered, deadline.promise]);
  clearTimeout(timer);
  return isReady ? { status: 200, body: { status: "ready" } } : errorAnswer(503, "the database does not answer");
}
