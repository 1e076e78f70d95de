import { basename } from "node:path";
import fc from "fast-check";
import { testEnvironment } from "./env.ts";
import { readKeptSeeds, type KeptSeed } from "./kept-seeds.ts";

export interface PropertyOptions {
  /** How many random cases; `PROPERTY_RUNS` wins. */
  readonly runs: number;
  /** The committed file of kept counterexamples, beside the test: see `readKeptSeeds`. */
  readonly kept: URL;
  /** How often each kept counterexample is run; more than once where chance (a race) has a part in it. Default 1. */
  readonly replays?: number;
}

/** What a run takes from the environment. */
export interface PropertyEnvironment {
  readonly propertyRuns: number | undefined;
  readonly propertySeed: number | undefined;
}

/** From the first failure on: shrinking ends in time for the report, whatever one case costs. */
const SHRINK_MS = 60_000;

/**
 * Checks a property with the counterexamples that were kept, then with `runs` random cases. Prints the seed and the number
 * of runs first, so that they are known however the test ends. Throws the shrunken counterexample, with how to keep it.
 */
export async function checkProperty<Case>(
  name: string,
  arbitrary: fc.Arbitrary<Case>,
  check: (value: Case) => Promise<void>,
  { runs, kept, replays = 1 }: PropertyOptions,
  { propertyRuns, propertySeed }: PropertyEnvironment = testEnvironment,
): Promise<void> {
  const seeds = await readKeptSeeds(kept, name);
  const numRuns = propertyRuns ?? runs;
  const seed = propertySeed ?? drawSeed();
  console.info(`property "${name}": seed ${seed}, ${numRuns} runs, ${seeds.length} kept`);
  for (const keptSeed of seeds) await replay(name, arbitrary, check, keptSeed, replays);
  const details = await fc.check(fc.asyncProperty(arbitrary, withinShrinkTime(check)), { seed, numRuns });
  if (details.failed) throw new Error(report(name, kept, details), { cause: details.errorInstance });
}

async function replay<Case>(
  name: string,
  arbitrary: fc.Arbitrary<Case>,
  check: (value: Case) => Promise<void>,
  { seed, path, note }: KeptSeed,
  times: number,
): Promise<void> {
  for (let time = 0; time < times; time += 1) {
    // Made anew each time: a check may have changed the last one. A path that leads nowhere throws.
    for (const value of fc.sample(arbitrary, { seed, path, numRuns: 1 })) {
      try {
        await check(value);
      } catch (cause) {
        const message = `the kept counterexample "${note}" of "${name}" fails again: ${fc.stringify(value)}`;
        throw new Error(message, { cause });
      }
    }
  }
}

/** For the test that calls `checkProperty`: two minutes, or no end when `PROPERTY_RUNS` asks for a long run. */
export function propertyTimeoutMs({ propertyRuns }: PropertyEnvironment = testEnvironment): number {
  return propertyRuns === undefined ? 120_000 : 0;
}

/** Any 32 bits, as fast-check takes them. */
function drawSeed(): number {
  return Math.floor(Math.random() * 2 ** 32) - 2 ** 31;
}

function withinShrinkTime<Case>(check: (value: Case) => Promise<void>): (value: Case) => Promise<void> {
  let failedAt: number | undefined;
  return async (value) => {
    if (failedAt !== undefined) fc.pre(performance.now() - failedAt < SHRINK_MS);
    try {
      await check(value);
    } catch (error) {
      failedAt ??= performance.now();
      throw error;
    }
  };
}

function report<Case>(name: string, kept: URL, details: fc.RunDetails<Case>): string {
  const entry: KeptSeed = { seed: details.seed, path: details.counterexamplePath ?? "", note: "what went wrong" };
  return [
    `property "${name}" fails; to keep the counterexample, add to "${name}" in ${basename(kept.pathname)}:`,
    `  ${JSON.stringify(entry)}`,
    fc.defaultReportMessage(details),
  ].join("\n");
}
