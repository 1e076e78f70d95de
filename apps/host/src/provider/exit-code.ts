import { constants } from "node:os";
import type { ProcessExit } from "./provider.ts";

/** A shell, and an init process, report the end by a signal as 128 plus its number. */
const SIGNAL_BASE = 128;
const SIGNALS = new Map<number, string>(Object.entries(constants.signals).map(([name, number]) => [number, name]));

/** Empty when there is no code: nobody was left to write it down, as after SIGKILL of a whole group. */
export function toProcessExit(code: number | undefined): ProcessExit {
  if (code === undefined) return {};
  const signal = SIGNALS.get(code - SIGNAL_BASE);
  return signal === undefined ? { code } : { signal };
}
