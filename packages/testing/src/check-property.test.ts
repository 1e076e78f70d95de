import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { checkProperty, propertyTimeoutMs } from "./check-property.ts";

const NAME = "no number is above a hundred";
const PLAIN = { propertyRuns: undefined, propertySeed: undefined };
const number = fc.nat(1_000_000);
const smallEnough = async (value: number) => expect(value).toBeLessThanOrEqual(100);
const anything = async () => {};

let printed: unknown[];
beforeEach(() => {
  printed = [];
  vi.spyOn(console, "info").mockImplementation((line: unknown) => void printed.push(line));
});
afterEach(() => vi.restoreAllMocks());

async function keptFile(content: unknown): Promise<URL> {
  const folder = await mkdtemp(join(tmpdir(), "seeds-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, "numbers.seeds.json");
  await writeFile(file, typeof content === "string" ? content : JSON.stringify(content));
  return pathToFileURL(file);
}

async function messageOf(check: Promise<void>): Promise<string> {
  return check.then(
    () => "",
    (error: Error) => error.message,
  );
}

describe("checkProperty", () => {
  test("prints the seed and the number of runs of a property that holds", async () => {
    await checkProperty(NAME, number, anything, { runs: 7, kept: await keptFile({}) }, PLAIN);
    expect(printed).toEqual([
      expect.stringMatching(/^property "no number is above a hundred": seed -?\d+, 7 runs, 0 kept$/),
    ]);
  });

  test("takes the number of runs and the seed from the environment", async () => {
    const kept = await keptFile({});
    const cases = async (propertySeed: number) => {
      const seen: number[] = [];
      const see = async (value: number) => void seen.push(value);
      await checkProperty(NAME, number, see, { runs: 7, kept }, { propertyRuns: 20, propertySeed });
      return seen;
    };
    const first = await cases(42);
    expect(first).toHaveLength(20);
    expect(await cases(42)).toEqual(first);
    expect(await cases(43)).not.toEqual(first);
    expect(printed[0]).toContain("seed 42, 20 runs");
  });

  test("tells of a failure the smallest case, its cause, and the line that keeps it", async () => {
    const failing = checkProperty(
      NAME,
      number,
      smallEnough,
      { runs: 50, kept: await keptFile({}) },
      { ...PLAIN, propertySeed: 42 },
    );
    const error: Error = await failing.then(
      () => expect.unreachable(),
      (reason: Error) => reason,
    );
    expect(error.message).toContain("Counterexample: [101]");
    expect(error.message).toMatch(
      /add to "no number is above a hundred" in numbers\.seeds\.json:\n {2}\{"seed":42,"path":"\d[\d:]*","note":/,
    );
    expect(error.cause).toMatchObject({
      message: expect.stringContaining("expected 101 to be less than or equal to 100"),
    });
  });

  test("runs what was kept first, as often as it is told, and with the note when it fails again", async () => {
    const failing = checkProperty(
      NAME,
      number,
      smallEnough,
      { runs: 50, kept: await keptFile({}) },
      { ...PLAIN, propertySeed: 42 },
    );
    const entry: unknown = JSON.parse(/\{"seed".*\}/.exec(await messageOf(failing))?.[0] ?? "");
    const kept = await keptFile({ [NAME]: [entry], another: "whatever it holds" });
    const seen: number[] = [];
    const see = async (value: number) => void seen.push(value);
    await checkProperty(NAME, number, see, { runs: 5, kept, replays: 3 }, { ...PLAIN, propertySeed: 1 });
    expect([seen.length, ...seen.slice(0, 3)]).toEqual([8, 101, 101, 101]);
    const again = await messageOf(checkProperty(NAME, number, smallEnough, { runs: 5, kept }, PLAIN));
    expect(again).toContain('the kept counterexample "what went wrong" of "no number is above a hundred"');
    expect(again).toContain("fails again: 101");
  });

  test.each<[string, unknown]>([
    ["a list", []],
    ["an entry without a note", { [NAME]: [{ seed: 1, path: "0" }] }],
    ["an entry with a path that is none", { [NAME]: [{ seed: 1, path: "", note: "x" }] }],
    ["an entry in place of a list", { [NAME]: { seed: 1, path: "0", note: "x" } }],
    ["no JSON", "{"],
  ])("refuses a file of kept counterexamples that holds %s", async (_what, content) => {
    const kept = await keptFile(content);
    expect(await messageOf(checkProperty(NAME, number, anything, { runs: 1, kept }, PLAIN))).not.toBe("");
  });

  test("refuses a file that is missing: a misspelt name would keep nothing", async () => {
    const kept = new URL("missing.seeds.json", import.meta.url);
    await expect(checkProperty(NAME, number, anything, { runs: 1, kept }, PLAIN)).rejects.toThrow("ENOENT");
  });
});

test("a long run has all the time that it needs", () => {
  expect(propertyTimeoutMs(PLAIN)).toBe(120_000);
  expect(propertyTimeoutMs({ ...PLAIN, propertyRuns: 1_000 })).toBe(0);
});

describe("the environment", () => {
  const read = async (runs: string, seed: string) => {
    vi.stubEnv("PROPERTY_RUNS", runs);
    vi.stubEnv("PROPERTY_SEED", seed);
    onTestFinished(() => void vi.unstubAllEnvs());
    vi.resetModules();
    return (await import("./env.ts")).testEnvironment;
  };

  test("gives runs and seed", async () => {
    expect(await read("1000", "-5")).toMatchObject({ propertyRuns: 1_000, propertySeed: -5 });
    expect(await read("", "")).toMatchObject({ propertyRuns: undefined, propertySeed: undefined });
  });

  test.each([
    ["many", "1", "PROPERTY_RUNS"],
    ["0", "1", "PROPERTY_RUNS"],
    ["1", "0.5", "PROPERTY_SEED"],
  ])("with %s runs and the seed %s names %s", async (runs, seed, name) => {
    await expect(read(runs, seed)).rejects.toThrow(name);
  });
});
