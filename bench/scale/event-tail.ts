import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import type { Sample } from "../rooms/http-load.ts";
import type { Subject } from "./subject.ts";

/** Events behind the position from which a follower goes on. */
const BEHIND = 100;
const TIMEOUT_MS = 10_000;

/** A follower that comes back and is some events behind: until it has read the last of them. One after the other. */
export async function measureTail(subject: Subject, reads: number): Promise<Sample> {
  const { database, gateway, large } = subject;
  const [from] = await database.sql<{ position: string }[]>`
    select xid || '.' || id as position from room_events where app_id = ${large.appId}
     order by room_events.xid desc, room_events.id desc offset ${BEHIND} limit 1`;
  if (!from) throw new Error("there are too few events");
  const url = `http://127.0.0.1:${gateway.port}/rooms/v2/${large.appId}/events`;
  const headers = { authorization: `Bearer ${large.token}`, "last-event-id": from.position };
  const milliseconds: number[] = [];
  const begin = performance.now();
  for (let read = 0; read < reads; read += 1) {
    const startedAt = performance.now();
    await readEvents(url, headers);
    milliseconds.push(performance.now() - startedAt);
  }
  return { perSecond: reads / ((performance.now() - begin) / 1_000), milliseconds };
}

async function readEvents(url: string, headers: Readonly<Record<string, string>>): Promise<void> {
  const request = get(url, { headers, timeout: TIMEOUT_MS });
  const silence = new Error(`the event stream was silent for ${TIMEOUT_MS} ms`);
  request.on("timeout", () => request.destroy(silence));
  request.on("error", () => {});
  try {
    const [response] = (await once(request, "response")) as [IncomingMessage];
    if (response.statusCode !== 200) throw new Error(`the event stream answered ${response.statusCode}`);
    let text = "";
    for await (const chunk of response.setEncoding("utf8")) {
      text += chunk;
      if (text.split("\nevent: ").length > BEHIND) return;
    }
    throw new Error(`the event stream ended after ${text}`);
  } finally {
    request.destroy();
  }
}
