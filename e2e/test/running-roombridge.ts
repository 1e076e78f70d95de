import { readFileSync } from "node:fs";
import type { Roombridge } from "@roombridge/testing/roombridge";

/** What a test needs of a Roombridge that it has not started. */
export type ReachableRoombridge = Omit<Roombridge, "app" | "dataDir">;

const variables = process.env;

/** Somebody else runs the Roombridge that is tested: E2E_GATEWAY says where. */
export const isRunning = Boolean(variables["E2E_GATEWAY"]);

/**
 * The Roombridge of E2E_GATEWAY. It serves all regions with the demo's deployment, and its rtc takes callers of any kind.
 * @throws Error naming a variable that is missing.
 */
export function runningRoombridge(): ReachableRoombridge {
  const [host = "", port] = (variables["E2E_TURN"] ?? "").split(":");
  return {
    gateway: required("E2E_GATEWAY"),
    rtcPort: Number(required("E2E_RTC_PORT")),
    turn: host === "" ? undefined : { host, port: Number(port) },
    appId: required("E2E_APP_ID"),
    token: readFileSync(required("E2E_TOKEN_FILE"), "utf8").trim(),
    databaseUrl: readFileSync(required("E2E_DATABASE_URL_FILE"), "utf8").trim(),
  };
}

/** For tests that kill, count or read the processes of a start of their own: true, and loudly, where there is none. */
export function isWithoutProcesses(what: string): boolean {
  if (isRunning) console.warn(`SKIPPED TESTS: ${what}: E2E_GATEWAY names a Roombridge that somebody else has started`);
  return isRunning;
}

function required(name: string): string {
  const value = variables[name];
  if (!value) throw new Error(`${name} is required with E2E_GATEWAY`);
  return value;
}
