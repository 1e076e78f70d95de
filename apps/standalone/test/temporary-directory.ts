import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** A directory for the test that runs. */
export function temporaryDirectory(): string {
  const path = mkdtempSync(join(tmpdir(), "roombridge-standalone-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}
