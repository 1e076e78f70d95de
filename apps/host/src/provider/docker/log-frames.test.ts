import { expect, test } from "vitest";
import { readText } from "../../../test/process-spec.ts";
import { readFrames } from "./log-frames.ts";

function frame(stream: number, text: string): Buffer {
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([header, Buffer.from(text)]);
}

const LOG = Buffer.concat([frame(1, "out\n"), frame(2, ""), frame(2, "größer\n"), frame(1, "last")]);

test("frames are taken apart wherever their chunks end", async () => {
  for (let first = 0; first <= LOG.length; first += 1) {
    for (let second = first; second <= LOG.length; second += 1) {
      const chunks = [LOG.subarray(0, first), LOG.subarray(first, second), LOG.subarray(second)];
      expect(await readText(readFrames(chunks))).toBe("out\ngrößer\nlast");
    }
  }
});

test("a frame that breaks off gives what there is of it", async () => {
  expect(await readText(readFrames([LOG.subarray(0, 10)]))).toBe("ou");
  expect(await readText(readFrames([LOG.subarray(0, 5)]))).toBe("");
});
