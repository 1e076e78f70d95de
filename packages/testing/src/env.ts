import { delimiter } from "node:path";

/** What tests take from the environment; nothing else of it reaches an app under test. */
export const testEnvironment = {
  /** In CI a missing program fails a test instead of skipping it. */
  isCi: !["", "0", "false"].includes(process.env["CI"] ?? ""),
  /** A PostgreSQL to use instead of the embedded one; its user must be allowed to create databases. */
  databaseUrl: process.env["TEST_DATABASE_URL"] || undefined,
  path: (process.env["PATH"] ?? "").split(delimiter).filter((directory) => directory !== ""),
  /** How many cases each property is checked with, in place of its own number. */
  propertyRuns: readInteger("PROPERTY_RUNS", 1),
  /** The seed of every property, as a failed run has printed it. */
  propertySeed: readInteger("PROPERTY_SEED", -(2 ** 31)),
  /** How long a fault run breaks things, in place of its own time. */
  faultRunSeconds: readInteger("FAULT_RUN_SECONDS", 1),
};

function readInteger(name: string, min: number): number | undefined {
  const text = process.env[name] || undefined;
  const value = Number(text);
  if (text === undefined) return undefined;
  if (!Number.isSafeInteger(value) || value < min) throw new Error(`${name}: expected an integer of at least ${min}`);
  return value;
}
