import { expect, test } from "vitest";
import { DockerProcess } from "./docker-process.ts";

const newProcess = () => new DockerProcess("p", { id: "c", ports: [] });
const exited = (exitCode: number, isOutOfMemory = false) => ({
  status: "exited",
  exitCode,
  isOutOfMemory,
  isEndKnown: true,
});

test("exit code 0 counts when the process was seen alive, and no break has come between", () => {
  const process = newProcess();
  process.seen({ status: "running" }, 3);
  process.ended(exited(0), 3);
  expect(process.exit).toEqual({ code: 0 });
});

test.each([
  ["a break of the connection", (process: DockerProcess) => process.seen({ status: "running" }, 2)],
  ["no sight of it alive", () => {}],
  ["a look that found it ended", (process: DockerProcess) => process.seen({ status: "exited" }, 3)],
])("exit code 0 after %s is nobody's wish: the engine may have been stopped", (_what, before) => {
  const process = newProcess();
  before(process);
  process.ended(exited(0), 3);
  expect(process.exit).toEqual({});
});

test("exit code 0 is not believed of an engine that has missed the end", () => {
  const process = newProcess();
  process.seen({ status: "running" }, 3);
  process.ended({ ...exited(0), isEndKnown: false }, 3);
  expect(process.exit).toEqual({});
});

test("exit code 0 of a process that we have told to stop counts", () => {
  const process = newProcess();
  process.wasTold = true;
  process.ended(exited(0), 3);
  expect(process.exit).toEqual({ code: 0 });
});

test.each([
  [exited(3), { code: 3 }],
  [exited(137), { signal: "SIGKILL" }],
  [exited(137, true), { signal: "SIGKILL", oom: true }],
  // A child was ended for its memory; the server itself went in its own time.
  [exited(0, true), {}],
  [{ ...exited(0), status: "created", isEndKnown: false }, {}],
])("%o is told as %o", (container, exit) => {
  const process = newProcess();
  process.ended(container, 3);
  expect(process.exit).toEqual(exit);
});
