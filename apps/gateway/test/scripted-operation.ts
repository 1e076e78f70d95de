import { openTestRooms } from "@roombridge/testing";
import { pino } from "pino";
import type { Answer } from "../src/answer.ts";
import { createApp } from "../src/app.ts";
import type { Operation } from "../src/operation.ts";

export interface Sent {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed; undefined for no body at all. */
  readonly body: unknown;
}

export interface ScriptedOperation {
  /** What leaves the gateway when the handler returns this answer, or throws this error. */
  readonly send: (given: Answer | Error) => Promise<Sent>;
  /** What was logged. */
  readonly lines: readonly string[];
}

/** The gateway with one operation, open to anybody, whose handler does what the test says. It has no database. */
export function scriptOperation(operation: Operation): ScriptedOperation {
  const lines: string[] = [];
  const rooms = openTestRooms("postgres://nobody:db-password@127.0.0.1:1/none");
  const log = pino({ level: "info" }, { write: (line: string) => void lines.push(line) });
  let given: Answer | Error | undefined;
  const handle: Operation["handle"] = () =>
    given === undefined || given instanceof Error ? Promise.reject(given) : Promise.resolve(given);
  const app = createApp({ rooms, log, lifecycle: { isDraining: false } }, [{ ...operation, access: "public", handle }]);
  const { method, path } = operation.route;
  const send = async (next: Answer | Error): Promise<Sent> => {
    given = next;
    const response = await app.request(path.replaceAll(/[{}]/g, ""), { method: method.toUpperCase() });
    const text = await response.text();
    const body: unknown = text === "" ? undefined : JSON.parse(text);
    return { status: response.status, headers: response.headers, body };
  };
  return { send, lines };
}
