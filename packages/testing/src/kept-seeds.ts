import { readFile } from "node:fs/promises";
import { basename } from "node:path";

/**
 * A counterexample that a property once had. It stands for the case that these generators make of it: after a change to them
 * it is another case, so a fault worth a name gets a test of its own too.
 */
export interface KeptSeed {
  readonly seed: number;
  /** fast-check's way from the seed to the shrunken case: `12:0:3`. */
  readonly path: string;
  /** What went wrong. */
  readonly note: string;
}

/**
 * The counterexamples of one property, from a JSON object `{"<property>": [{"seed": 1, "path": "0:1", "note": "…"}]}`.
 * Throws when the file is missing or holds anything else.
 */
export async function readKeptSeeds(file: URL, property: string): Promise<readonly KeptSeed[]> {
  const name = basename(file.pathname);
  const content: unknown = JSON.parse(await readFile(file, "utf8"));
  if (!isRecord(content)) throw new Error(`${name}: expected an object with a list for each property`);
  const seeds = content[property] ?? [];
  if (!Array.isArray(seeds) || !seeds.every(isKeptSeed)) {
    throw new Error(
      `${name}: expected of "${property}" a list of {"seed": 1, "path": "0:1", "note": "what went wrong"}`,
    );
  }
  return seeds;
}

function isKeptSeed(value: unknown): value is KeptSeed {
  if (!isRecord(value)) return false;
  const { seed, path, note } = value;
  return (
    Number.isSafeInteger(seed) && typeof path === "string" && /^\d+(:\d+)*$/.test(path) && typeof note === "string"
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
