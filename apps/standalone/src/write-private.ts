import { renameSync, rmSync, writeFileSync } from "node:fs";

/** Writes a file that only its owner may read (mode 0600), all at once. */
export function writePrivate(path: string, text: string): void {
  rmSync(`${path}.new`, { force: true });
  writeFileSync(`${path}.new`, text, { mode: 0o600, flag: "wx", flush: true });
  renameSync(`${path}.new`, path);
}
