import type { LogOptions } from "../provider.ts";
import type { Engine } from "./engine.ts";
import { toEngineError } from "./engine-error.ts";
import { readFrames } from "./log-frames.ts";

/** A container's log and what follows until it ends. Throws ProviderAwayError when the connection breaks. */
export async function* followContainer(
  engine: Engine,
  id: string,
  { tailLines, signal }: LogOptions,
): AsyncGenerator<Uint8Array> {
  const stream = await engine.followLog(id, tailLines);
  if (!stream) return;
  const end = () => void ("destroy" in stream && typeof stream.destroy === "function" && stream.destroy());
  signal?.addEventListener("abort", end, { once: true });
  if (signal?.aborted) end();
  try {
    yield* readFrames(stream);
  } catch (error) {
    if (!signal?.aborted) throw toEngineError(error, "logs");
  } finally {
    signal?.removeEventListener("abort", end);
    end();
  }
}
