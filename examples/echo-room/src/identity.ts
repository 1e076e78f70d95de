import type { Env } from "./env.ts";

/** Who this process is for its players. */
export interface Identity {
  readonly processId: string | null;
  readonly region: string | null;
  /** The config of a room; undefined for a room that is not here. */
  configOf(roomId: string): Promise<string | null | undefined>;
}

/** As Hathora tells it: every room may come, and only the first one's config is known. */
export function fromEnvironment({ processId, region, initialRoom }: Env): Identity {
  const configOf = (roomId: string) => Promise.resolve(initialRoom?.roomId === roomId ? initialRoom.roomConfig : null);
  return { processId, region, configOf };
}
