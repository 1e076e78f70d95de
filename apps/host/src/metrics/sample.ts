import type { ProcessStats } from "../provider/provider.ts";

/** What a process had used at one moment. */
export interface Sample extends ProcessStats {
  /** Milliseconds since 1970. */
  readonly atMs: number;
}
