import { open } from "node:fs/promises";

const TAIL_BYTES = 8 * 1024;
const ADVICE =
  "a server of the local provider takes its port from PORT, or from {port} in its arguments; docker maps fixed ports";

/** Of a server that is not ready because it listens elsewhere: most servers of containers bind a fixed port. */
export function wrongPort(others: readonly number[], wanted: readonly number[]): string {
  const list = (ports: readonly number[]) => `${ports.length === 1 ? "port" : "ports"} ${ports.slice(0, 5).join(", ")}`;
  return `it listens on ${list(others)} and not on its own, ${list(wanted)}: ${ADVICE}`;
}

/** Of a server that exited before it was ready, though nobody else held its own ports; undefined when its log has no such line. */
export async function addressInUse(log: string): Promise<string | undefined> {
  const line = /^.*(?:EADDRINUSE|address already in use).*$/im.exec(await readTail(log))?.[0];
  if (line === undefined) return undefined;
  const port = /^.*:(\d{4,5})\b/.exec(line)?.[1];
  return `it found ${port === undefined ? "an address" : `port ${port}`} in use, which is not its own: ${ADVICE}`;
}

async function readTail(path: string): Promise<string> {
  const file = await open(path, "r").catch(() => undefined);
  if (!file) return "";
  try {
    const { size } = await file.stat();
    const start = Math.max(0, size - TAIL_BYTES);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size - start), 0, size - start, start);
    return buffer.toString("utf8", 0, bytesRead);
  } finally {
    await file.close();
  }
}
