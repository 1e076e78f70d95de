const HEADER_BYTES = 8;

/**
 * The output in a container's log, both streams in the order they were written. Each frame begins with the stream's number,
 * three zeros and its length (Docker Engine API, "Attach to a container", stream format); chunks may end anywhere.
 */
export async function* readFrames(
  chunks: AsyncIterable<Uint8Array | string> | Iterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  let header = Buffer.alloc(0);
  let left = 0;
  for await (const chunk of chunks) {
    let rest: Uint8Array = Buffer.from(chunk);
    while (rest.length > 0) {
      if (left === 0) {
        const missing = HEADER_BYTES - header.length;
        header = Buffer.concat([header, rest.subarray(0, missing)]);
        rest = rest.subarray(missing);
        if (header.length < HEADER_BYTES) break;
        left = header.readUInt32BE(4);
        header = Buffer.alloc(0);
      }
      const part = rest.subarray(0, left);
      if (part.length > 0) yield part;
      left -= part.length;
      rest = rest.subarray(part.length);
    }
  }
}
