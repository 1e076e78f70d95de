import { mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";
import type { Logger } from "@roombridge/service";
import { processFiles } from "../local/process-files.ts";
import type { Engine } from "./engine.ts";

/** Where the log of a process stays when its container is gone. Throws when `processId` is no UUID. */
export function keptLog(root: string, processId: string): string {
  return processFiles(root, processId).log;
}

export interface LogPlace {
  readonly root: string;
  readonly log: Logger;
}

/** Keeps all that a container wrote. Never throws: a full disk must not keep the container. */
export async function keepLog(
  engine: Engine,
  { containerId, processId }: { readonly containerId: string; readonly processId: string },
  { root, log }: LogPlace,
): Promise<void> {
  await appendLog(engine, containerId, keptLog(root, processId)).catch((error: unknown) =>
    log.warn({ err: error, processId }, "the log of a game server could not be kept"),
  );
}

/** After what earlier tries of the same process left in `log`. */
async function appendLog(engine: Engine, id: string, log: string): Promise<void> {
  await mkdir(dirname(log), { recursive: true, mode: 0o700 });
  const file = await open(log, "a", 0o600);
  try {
    for await (const chunk of await engine.readLog(id, undefined)) await file.write(chunk);
  } finally {
    await file.close();
  }
}
