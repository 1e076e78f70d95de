import type { ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { LogOptions, Provider } from "../provider/provider.ts";

const BUFFER_BYTES = 64 * 1024;

/**
 * Sends the log of a process as fast as the reader takes it, until it ends or the reader goes. A log that breaks off
 * breaks the connection, so that the reader does not take it for the end.
 */
export async function sendLog(
  provider: Pick<Provider, "logs">,
  { processId, ...options }: Pick<LogOptions, "tailLines" | "follow"> & { readonly processId: string },
  response: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  response.writeHead(200, { "content-type": "application/octet-stream" }).flushHeaders();
  const chunks = provider.logs(processId, { ...options, signal: gone.signal });
  try {
    await pipeline(Readable.from(chunks, { objectMode: false, highWaterMark: BUFFER_BYTES }), response);
  } catch (error) {
    if (!gone.signal.aborted) throw error;
  }
}
