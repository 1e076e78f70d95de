import type { HostProcessRow } from "@roombridge/rooms";
import { expect, test } from "vitest";
import type { Observed } from "../provider/provider.ts";
import { type Action, decide } from "./decide.ts";
import type { Launch } from "./launch.ts";

const NOW_MS = 1_000_000;
const DEADLINE_MS = 100_000;

const row = (fields: Partial<HostProcessRow> = {}): HostProcessRow => ({
  processId: "p",
  status: "starting",
  incarnation: "mine",
  stopReason: null,
  ...fields,
});
const ENDPOINTS = [{ host: "127.0.0.1", name: "default", port: 20_000, transportType: "tcp" as const }];
const seen = (phase: Observed["phase"], fields: Partial<Observed> = {}): Observed => ({
  processId: "p",
  phase,
  hasRun: phase === "running",
  endpoints: ENDPOINTS,
  foreignPorts: [],
  tlsRoutes: [],
  ...fields,
});
const ORDER = {
  processId: "p",
  appId: "app",
  appSecret: "secret",
  deploymentId: "dep",
  buildTag: null,
  command: "game",
  image: null,
  region: "Dallas",
  containerPort: 8000,
  transportType: "tcp",
  additionalContainerPorts: [],
  roomsPerProcess: 1,
  requestedCpu: 1,
  requestedMemoryMb: 1,
  env: [],
  initialRoomId: null,
  initialRoomConfig: null,
  traceparent: null,
} as const;
const claimed: Launch = { order: ORDER, startedAtMs: undefined, clashes: 0 };
const adopted: Launch = { order: undefined, startedAtMs: NOW_MS - DEADLINE_MS - 1, clashes: 0 };
const started = (ageMs = 0): Launch => ({ ...claimed, startedAtMs: NOW_MS - ageMs });

test.each<[string, HostProcessRow | undefined, Observed | undefined, Launch | undefined, Action]>([
  ["a claimed process is started", row(), undefined, claimed, { do: "launch" }],
  ["a starting one is left alone", row(), seen("starting"), started(), { do: "nothing" }],
  [
    "one that has bound its ports is reported",
    row(),
    seen("running"),
    started(),
    { do: "report_running", endpoints: ENDPOINTS },
  ],
  ["one that is reported is left alone", row({ status: "running" }), seen("running"), started(), { do: "nothing" }],
  [
    "one that listens elsewhere is told so",
    row(),
    seen("starting", { detail: "elsewhere" }),
    started(),
    { do: "explain", detail: "elsewhere" },
  ],
  [
    "and once only",
    row(),
    seen("starting", { detail: "elsewhere" }),
    { ...started(), detail: "elsewhere" },
    { do: "nothing" },
  ],
  [
    "nor any more when it does not",
    row(),
    seen("starting"),
    { ...started(), detail: "elsewhere" },
    { do: "explain", detail: undefined },
  ],
  [
    "one that takes too long is ended",
    row(),
    seen("starting"),
    started(DEADLINE_MS + 1),
    { do: "end", reason: "bind_deadline" },
  ],
  [
    "the deadline ends with the start",
    row({ status: "running" }),
    seen("running"),
    started(DEADLINE_MS + 1),
    { do: "nothing" },
  ],
  [
    "a stranger on its port",
    row(),
    seen("starting", { foreignPorts: [7] }),
    started(),
    { do: "change_ports", taken: [7] },
  ],
  ["an exit before it ran", row(), seen("exited"), started(), { do: "end", reason: "exited" }],
  [
    "an exit before it ran, with a stranger on its port",
    row(),
    seen("exited", { foreignPorts: [7] }),
    started(),
    { do: "change_ports", taken: [7] },
  ],
  [
    "a stranger on the port of one that has had it",
    row({ status: "running" }),
    seen("starting", { foreignPorts: [7] }),
    started(),
    { do: "nothing" },
  ],
  [
    "an exit before running was reported",
    row(),
    seen("exited", { hasRun: true }),
    started(),
    { do: "end", reason: "exited" },
  ],
  ["an exit", row({ status: "running" }), seen("exited", { hasRun: true }), started(), { do: "end", reason: "exited" }],
  [
    "a stop that was asked for",
    row({ stopReason: "idle" }),
    seen("running"),
    started(),
    { do: "end", reason: "exited" },
  ],
  ["a stop before the start", row({ stopReason: "idle" }), undefined, claimed, { do: "end", reason: "exited" }],
  [
    "one that vanished from the provider",
    row({ status: "running" }),
    undefined,
    started(),
    { do: "end", reason: "exited" },
  ],
  ["a claim whose answer was lost", row(), undefined, undefined, { do: "end", reason: "host_lost" }],
  [
    "one of an earlier host is adopted",
    row({ incarnation: "old", status: "running" }),
    seen("starting"),
    undefined,
    { do: "adopt" },
  ],
  ["so is one that still starts", row({ incarnation: "old" }), seen("starting"), undefined, { do: "adopt" }],
  [
    "one of an earlier host that shall end",
    row({ incarnation: "old", stopReason: "idle" }),
    seen("running"),
    undefined,
    { do: "end", reason: "exited" },
  ],
  [
    "one of an earlier host that ended by itself",
    row({ incarnation: "old", status: "running" }),
    seen("exited", { exit: { code: 0 } }),
    undefined,
    { do: "end", reason: "exited" },
  ],
  [
    "one of an earlier host that ended unseen",
    row({ incarnation: "old", status: "running" }),
    seen("exited", { exit: {} }),
    undefined,
    { do: "end", reason: "host_lost" },
  ],
  [
    "one of an earlier host that was ended for its memory, and left no code",
    row({ incarnation: "old", status: "running" }),
    seen("exited", { exit: { oom: true } }),
    undefined,
    { do: "end", reason: "exited" },
  ],
  [
    "one of an earlier host that ended while it started",
    row({ incarnation: "old" }),
    seen("exited", { exit: { code: 1 } }),
    undefined,
    { do: "end", reason: "host_lost" },
  ],
  [
    "one of an earlier host, without a process",
    row({ incarnation: "old" }),
    undefined,
    undefined,
    { do: "end", reason: "host_lost" },
  ],
  [
    "an adopted one that has not been looked at",
    row({ status: "running" }),
    seen("starting"),
    adopted,
    { do: "nothing" },
  ],
  ["one that the database has closed", undefined, seen("running"), started(), { do: "discard" }],
  ["an unknown one at the provider", undefined, seen("starting"), undefined, { do: "discard" }],
  ["a claim that was taken back", undefined, undefined, claimed, { do: "discard" }],
])("%s", (_what, theRow, observed, launch, action) => {
  const situation = { row: theRow, observed, launch, incarnation: "mine", nowMs: NOW_MS, bindDeadlineMs: DEADLINE_MS };
  expect(decide(situation)).toEqual(action);
});
