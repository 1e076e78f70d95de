import { setTimeout as delay } from "node:timers/promises";
import type { ContainerState, Engine } from "./engine.ts";

const POLL_MS = 100;
/** For the engine to clear away what was killed. */
const KILLED_MS = 20_000;

/** True while something of it can run. */
export function isAlive({ status }: { readonly status: string }): boolean {
  return status === "running" || status === "paused" || status === "restarting";
}

/**
 * The image's stop signal (unless it has had it), then SIGKILL after `graceMs`. Returns when the container does not run;
 * nothing in it survives its first process. Throws when the engine does not end it in 20 s.
 */
export async function stopContainer(
  engine: Engine,
  container: ContainerState,
  { graceMs, wasTold }: { readonly graceMs: number; readonly wasTold: boolean },
): Promise<void> {
  const { id, stopSignal } = container;
  if (!isAlive(container)) return;
  if (!wasTold) await engine.kill(id, stopSignal);
  if (await endsWithin(engine, id, graceMs)) return;
  await engine.kill(id, "SIGKILL");
  if (!(await endsWithin(engine, id, KILLED_MS))) throw new Error(`container ${id} still runs after SIGKILL`);
}

async function endsWithin(engine: Engine, id: string, ms: number): Promise<boolean> {
  const deadline = performance.now() + ms;
  for (;;) {
    const state = await engine.inspect(id);
    if (!state || !isAlive(state)) return true;
    if (performance.now() >= deadline) return false;
    await delay(POLL_MS);
  }
}
