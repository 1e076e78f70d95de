import { mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";
import { processFiles } from "../local/process-files.ts";
import type { Engine } from "./engine.ts";

/** Where the log of a process stays when its container is gone. Throws when `processId` is no UUID. */
export function keptLog(root: string, processId: string): string {
  return processFiles(root, processId).log;
}

/** Adds all that a container wrote to `log`, after what earlier tries of the same process left there. */
export async function keepLog(engine: Engine, id: string, log: string): Promise<void> {
  await mkdir(dirname(log), { recursive: true, mode: 0o700 });
  const file = await open(log, "a", 0o600);
  try {
    for await (const chunk of await engine.readLog(id, undefined)) await file.write(chunk);
  } finally {
    await file.close();
  }
}
