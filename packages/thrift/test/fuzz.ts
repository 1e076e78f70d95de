/** How many inputs each protocol is tried with: `FUZZ_RUNS`, which the long form of CI sets. */
export const FUZZ_RUNS = readInteger("FUZZ_RUNS", 10) ?? 10_000;

/** `PROPERTY_SEED`, as for the properties elsewhere: the same inputs each time. */
export const FUZZ_SEED = readInteger("PROPERTY_SEED", -(2 ** 31));

/** Two minutes, and a minute more for each thousand inputs beyond ten thousand: the machine may be busy with others. */
export const fuzzTimeoutMs = 120_000 + Math.max(0, FUZZ_RUNS - 10_000) * 60;

function readInteger(name: string, min: number): number | undefined {
  const text = process.env[name] || undefined;
  const value = Number(text);
  if (text === undefined) return undefined;
  if (!Number.isSafeInteger(value) || value < min) throw new Error(`${name}: expected an integer of at least ${min}`);
  return value;
}
