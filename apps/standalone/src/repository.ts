import { join, resolve } from "node:path";

/** Everything of ours is found from here, whatever the working directory is. */
export const REPOSITORY_ROOT = resolve(import.meta.dirname, "..", "..", "..");

/** The program of an app or example of this repository: "apps/gateway". */
export function mainOf(folder: string): string {
  return join(REPOSITORY_ROOT, folder, "src", "main.ts");
}
