import { type FileHandle, open } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import type { LogOptions } from "./provider.ts";

const CHUNK_BYTES = 64 * 1024;
const FOLLOW_MS = 200;
const NEWLINE = 10;

/**
 * What the log file of a process holds, together with what was rotated to `<log>.1`. With `follow` it goes on until
 * `isOver`; what is written meanwhile is seen within 200 ms.
 */
export async function* readLog(
  log: string,
  { tailLines, follow = false, signal }: LogOptions,
  isOver: () => boolean | Promise<boolean>,
): AsyncGenerator<Uint8Array> {
  let position = 0;
  if (tailLines === undefined) yield* readFrom(`${log}.1`, 0, signal);
  else {
    const tail = await findTail(log, tailLines);
    if (tail.missing > 0) yield* readFrom(`${log}.1`, (await findTail(`${log}.1`, tail.missing)).start, signal);
    position = tail.start;
  }
  for (;;) {
    // Asked before the file is read: what was written before the end must not be missed.
    const isLast = !follow || (await isOver());
    const size = await sizeOf(log);
    if (size < position) {
      // Rotated meanwhile: what came before that is in the copy.
      yield* readFrom(`${log}.1`, position, signal);
      position = 0;
    }
    for await (const chunk of readFrom(log, position, signal)) {
      position += chunk.length;
      yield chunk;
    }
    if (isLast || signal?.aborted) return;
    await delay(FOLLOW_MS, undefined, signal === undefined ? {} : { signal }).catch(() => {});
  }
}

/** Nothing when there is no such file. */
async function* readFrom(path: string, start: number, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  const file = await open(path, "r").catch(() => undefined);
  if (!file) return;
  try {
    for (let position = start; !signal?.aborted;) {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(CHUNK_BYTES), 0, CHUNK_BYTES, position);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
      position += bytesRead;
    }
  } finally {
    await file.close();
  }
}

/** Where the last `lines` lines begin, and how many there are too few. A line without its end counts as one. */
async function findTail(path: string, lines: number): Promise<{ readonly start: number; readonly missing: number }> {
  const file = await open(path, "r").catch(() => undefined);
  if (!file) return { start: 0, missing: lines };
  try {
    return await scanBack(file, lines);
  } finally {
    await file.close();
  }
}

async function scanBack(file: FileHandle, lines: number): Promise<{ start: number; missing: number }> {
  const { size } = await file.stat();
  if (lines <= 0) return { start: size, missing: 0 };
  let missing = lines;
  for (let end = size; end > 0;) {
    const from = Math.max(0, end - CHUNK_BYTES);
    const { buffer } = await file.read(Buffer.alloc(end - from), 0, end - from, from);
    for (let index = buffer.length - 1; index >= 0; index -= 1) {
      // The newline at the very end belongs to the last line.
      if (buffer[index] !== NEWLINE || from + index === size - 1) continue;
      missing -= 1;
      if (missing === 0) return { start: from + index + 1, missing: 0 };
    }
    end = from;
  }
  return { start: 0, missing: size === 0 ? missing : missing - 1 };
}

async function sizeOf(path: string): Promise<number> {
  const file = await open(path, "r").catch(() => undefined);
  if (!file) return 0;
  try {
    return (await file.stat()).size;
  } finally {
    await file.close();
  }
}
