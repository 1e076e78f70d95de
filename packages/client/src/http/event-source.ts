import { RoombridgeError } from "../roombridge-error.ts";

/** One block of a stream of server-sent events. */
export interface ServerSentEvent {
  /** The newest one so far; goes on from here. */
  readonly id: string | undefined;
  /** Undefined in a block without data, which only tells an id or that the server is there. */
  readonly data: string | undefined;
}

/** Characters of one block; ours have a few hundred. */
const MAX_BLOCK = 1_048_576;

/**
 * The blocks of a stream (HTML Living Standard section 9.2). Throws `network` when nothing comes for `silenceMs`, and what the
 * stream throws.
 */
export async function* readServerSentEvents(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  silenceMs: number,
): AsyncGenerator<ServerSentEvent, void, undefined> {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let id: string | undefined;
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await within(reader.read(), silenceMs);
      if (done) return;
      const text = rest + value;
      // A line ends with CR, LF or both; CR at the end may be the half of both.
      const held = text.endsWith("\r") ? "\r" : "";
      const blocks = text
        .slice(0, text.length - held.length)
        .replaceAll(/\r\n?/g, "\n")
        .split("\n\n");
      rest = (blocks.pop() ?? "") + held;
      if (rest.length > MAX_BLOCK) throw new RoombridgeError("invalid_response", "an event has no end");
      for (const block of blocks) {
        const { newId, data } = readBlock(block);
        id = newId ?? id;
        yield { id, data };
      }
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

function readBlock(block: string): { readonly newId: string | undefined; readonly data: string | undefined } {
  let newId: string | undefined;
  let data: string | undefined;
  for (const line of block.split("\n")) {
    const [, field = "", value = ""] = /^([^:]+)(?:: ?(.*))?$/s.exec(line) ?? [];
    if (field === "id" && !value.includes("\0")) newId = value;
    if (field === "data") data = data === undefined ? value : `${data}\n${value}`;
  }
  return { newId, data };
}

async function within<T>(promise: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    const fail = () => reject(new RoombridgeError("network", `nothing came for ${timeoutMs} ms`));
    timer = setTimeout(fail, timeoutMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
