import { basename, dirname } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { requireProgram } from "./require-program.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

const here = { path: [import.meta.dirname, dirname(process.execPath)], isCi: false };

test("a program on the path is found", () => {
  expect(requireProgram(basename(process.execPath), "nodejs", here)).toBe(process.execPath);
});

test("a missing program is told loudly, with its package, and skipped", () => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  expect(requireProgram("no-such-program", "no-such-package", here)).toBeUndefined();
  expect(warn.mock.calls.flat().join("\n")).toMatch(/SKIPPED TESTS: .*no-such-program.*no-such-package/);
});

test("a file that cannot be executed is no program", () => {
  vi.spyOn(console, "warn").mockImplementation(() => {});
  expect(requireProgram(basename(import.meta.filename), "any", here)).toBeUndefined();
});

test("a missing program fails in CI", () => {
  expect(() => requireProgram("no-such-program", "no-such-package", { ...here, isCi: true })).toThrow(
    /no-such-package.*in CI/,
  );
});
