import { expect, test } from "vitest";
import { toExitReason } from "./game-process.ts";

const end = {
  terminatedAt: new Date(),
  startedAt: null,
  stopReason: null,
  exitCode: null,
  exitSignal: null,
  exitDetail: null,
};

test.each([
  [{ terminatedAt: null, stopReason: "stop_requested" }, undefined],
  [{ stopReason: "stop_requested", exitCode: 0 }, "stopped on request"],
  [{ stopReason: "idle" }, "stopped: idle for 300 s"],
  [{ stopReason: "host_lost" }, "its host was lost"],
  [{ stopReason: "spawn_error" }, "could not be started"],
  [{ stopReason: "port_taken" }, "its port was taken"],
  [{ stopReason: "bind_deadline", exitSignal: "SIGKILL" }, "did not bind its port in time"],
  [{ stopReason: "out_of_memory", exitSignal: "SIGKILL" }, "ended: it had reached its memory limit"],
  [{ stopReason: "host_shutdown" }, "stopped with its host"],
  [{ stopReason: "exited", exitCode: 0 }, "exited with code 0"],
  [{ stopReason: "exited", exitCode: 137 }, "exited with code 137"],
  [{ stopReason: "exited", exitSignal: "SIGSEGV" }, "ended by SIGSEGV"],
  [{ stopReason: "exited" }, "ended"],
  [{ stopReason: "exited", exitCode: 1, exitDetail: "port 1 is in use" }, "exited with code 1: port 1 is in use"],
  [{ stopReason: "bind_deadline", exitDetail: "why" }, "did not bind its port in time: why"],
  [{ startedAt: new Date(), stopReason: "exited", exitCode: 1, exitDetail: "why" }, "exited with code 1"],
  [{ stopReason: "a later release's reason", exitCode: 3 }, "exited with code 3"],
])("%j reads %j", (change, sentence) => {
  expect(toExitReason({ ...end, ...change })).toBe(sentence);
});
