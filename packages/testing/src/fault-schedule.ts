import fc from "fast-check";
import { testEnvironment } from "./env.ts";

export interface FaultScheduleOptions {
  /** Seconds; `FAULT_RUN_SECONDS` wins. */
  readonly seconds: number;
}

/** What a run takes from the environment. */
export interface FaultEnvironment {
  readonly propertySeed: number | undefined;
  readonly faultRunSeconds: number | undefined;
}

export interface FaultSchedule {
  readonly seconds: number;
  /** As many values as wanted, the same ones for the same seed; each stream of its own. */
  readonly draw: <Value>(arbitrary: fc.Arbitrary<Value>, count: number) => Value[];
}

/**
 * What a fault run does, from one seed (`PROPERTY_SEED`, else drawn), which is printed. The seed fixes what is done and in
 * which order; when it meets the others is up to the machine.
 */
export function newFaultSchedule(
  name: string,
  { seconds }: FaultScheduleOptions,
  { propertySeed, faultRunSeconds }: FaultEnvironment = testEnvironment,
): FaultSchedule {
  const seed = propertySeed ?? Math.floor(Math.random() * 2 ** 31);
  const wanted = faultRunSeconds ?? seconds;
  let stream = 0;
  console.info(`fault run "${name}": seed ${seed}, ${wanted} s`);
  return {
    seconds: wanted,
    draw: (arbitrary, count) => fc.sample(arbitrary, { seed: seed + (stream += 1), numRuns: count }),
  };
}
