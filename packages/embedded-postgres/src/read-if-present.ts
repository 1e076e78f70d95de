import { readFile } from "node:fs/promises";
import { errnoCode } from "./embedded-postgres-error.ts";

/** The text of a file; undefined when there is none. A file that may not be read is an error, not an absent one. */
export async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (errnoCode(error) === "ENOENT") return undefined;
    throw error;
  }
}
