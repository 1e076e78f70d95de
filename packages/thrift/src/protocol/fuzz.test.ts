import { readFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PROTOCOL_NAMES } from "../../test/dialects.ts";
import { everyHandler, otherHandler } from "../../test/every-handler.ts";
import { anyAll, SAMPLE } from "../../test/every-values.ts";
import { AllCodec, Every, Other } from "../../test/every.ts";
import { FUZZ_RUNS, FUZZ_SEED, fuzzTimeoutMs } from "../../test/fuzz.ts";
import { goldenFile } from "../../test/golden-value.ts";
import { readGoldens } from "../../test/interop/golden.ts";
import { frame, message } from "../../test/raw-client.ts";
import { theader } from "../../test/theader.ts";
import { createProcessor } from "../index.ts";
import { Dispatcher } from "../server/dispatcher.ts";
import { detectDialect } from "./dialect.ts";
import { InputBuffer } from "./input-buffer.ts";
import { ProtocolError } from "./protocol-error.ts";
import { PROTOCOLS, type ProtocolName } from "./protocols.ts";
import { WireType } from "./wire-types.ts";

const MAX_MESSAGE_BYTES = 65_536;
/** Of one input, however busy the machine is; thousands of times what it takes. */
const LONGEST_MS = 5_000;
/** What the heap may grow by while all inputs pass, once the first of them have warmed it up. */
const MOST_GROWTH_BYTES = 24_000_000;

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

type Mutation = readonly [how: string, at: number, value: number];
const mutation = fc.tuple(
  fc.constantFrom("set", "flip", "insert", "remove", "cut", "repeat", "length", "copy"),
  fc.nat(),
  fc.nat({ max: 0xffff_ffff }),
);

/** Lengths that break what trusts them. */
const LENGTHS = [0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0x7fff_fffe, 0x0100_0000, 0x0001_0000, 0];

function mutate(bytes: Buffer, [how, position, value]: Mutation): Buffer {
  const at = position % Math.max(1, bytes.length);
  const [head, tail] = [bytes.subarray(0, at), bytes.subarray(at)];
  const byte = Buffer.of(value & 0xff);
  switch (how) {
    case "insert":
      return Buffer.concat([head, byte, tail]);
    case "remove":
      return Buffer.concat([head, tail.subarray(1)]);
    case "cut":
      return head;
    case "repeat":
      return Buffer.concat([head, tail.subarray(0, 1 + (value % 16)), tail]);
    case "length": {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(LENGTHS[value % LENGTHS.length] ?? 0);
      return Buffer.concat([head, length, tail.subarray(4)]);
    }
    case "copy":
      return Buffer.concat([head, bytes.subarray(value % (at + 1), at), tail]);
    case "flip":
      return Buffer.concat([head, Buffer.of((tail[0] ?? 0) ^ (1 << (value % 8))), tail.subarray(1)]);
    default:
      return Buffer.concat([head, byte, tail.subarray(1)]);
  }
}

/** Good messages of a protocol: of our own, of every kind, and what foreign libraries were heard to say. */
function corpusOf(protocol: ProtocolName): readonly Buffer[] {
  const values = [SAMPLE, ...fc.sample(anyAll, { numRuns: 60, seed: FUZZ_SEED ?? 1 })];
  const calls = values.map((value) =>
    message(
      "echo",
      (output) => {
        output.writeField(WireType.STRUCT, 1);
        AllCodec.write(output, value);
        output.writeStop();
      },
      { protocol },
    ),
  );
  const heard = readGoldens()
    .flatMap(({ recordings }) => recordings)
    .filter(({ dialect }) => dialect === `unframed ${protocol}`)
    .flatMap(({ exchanges }) => Object.values(exchanges).flatMap(({ request, reply }) => [request, reply]))
    .filter(({ length }) => length > 0 && length < 2_000);
  const written = ["python", "npm"].map((peer) => {
    const hex = readFileSync(goldenFile(`message.${protocol}.${peer}.hex`), "utf8");
    return Buffer.from(hex.replaceAll(/\s/g, ""), "hex");
  });
  const unframed = [...calls, ...heard, ...written];
  const id = { binary: 0, compact: 2, json: undefined, "old-binary": undefined }[protocol];
  const sealed = id === undefined ? [] : calls.slice(0, 20).map((each) => theader(each, { protocol: id }));
  return [...unframed, ...calls.slice(0, 20).map((each) => frame(each)), ...sealed];
}

const dispatcher = new Dispatcher([createProcessor(Every, everyHandler([])), createProcessor(Other, otherHandler)]);
const origin = { remoteAddress: "", transport: "tcp" } as const;

/** As a connection takes bytes that come in pieces: which dialect, which messages, which calls. */
function serve(bytes: Buffer, piece: number): void {
  const input = new InputBuffer();
  let dialect: ReturnType<typeof detectDialect>;
  for (let at = 0; at < bytes.length; at += piece) {
    input.append(Buffer.from(bytes.subarray(at, at + piece)));
    dialect ??= detectDialect(input.view(), MAX_MESSAGE_BYTES);
    for (let reader = dialect?.read(input); dialect && reader; reader = dialect.read(input))
      dispatcher.decode(reader, { dialect: dialect.latest ?? dialect, origin, now: 0, receivedBytes: 0 });
  }
}

/** Throws what is no ProtocolError. */
function attempt(run: () => void): boolean {
  try {
    run();
    return true;
  } catch (error) {
    if (error instanceof ProtocolError) return false;
    throw error;
  }
}

describe.each(PROTOCOL_NAMES)("%s", (protocol) => {
  const { openReader, openScanner } = PROTOCOLS[protocol];
  const corpus = corpusOf(protocol);

  it(
    "mutated messages are read or refused with ProtocolError, soon, and leave nothing behind",
    { timeout: fuzzTimeoutMs },
    () => {
      expect(corpus.length).toBeGreaterThan(150);
      let done = 0;
      let refused = 0;
      let warm = 0;
      const check = (seed: Buffer, mutations: readonly Mutation[], piece: number) => {
        const bytes = mutations.reduce(mutate, seed);
        const start = performance.now();
        if (!attempt(() => serve(bytes, piece))) refused += 1;
        attempt(() => {
          const reader = openReader(bytes);
          reader.readMessageBegin();
          AllCodec.read(reader);
        });
        attempt(() => openReader(bytes).skip(WireType.STRUCT));
        attempt(() => {
          const scanner = openScanner();
          for (let end = piece; end < bytes.length + piece; end += piece)
            if (scanner.scan(bytes.subarray(0, end)) !== undefined) return;
        });
        if (performance.now() - start > LONGEST_MS) throw new Error(`${performance.now() - start} ms`);
        done += 1;
        if (done === FUZZ_RUNS / 10) warm = heapSize();
      };
      fc.assert(
        fc.property(
          fc.constantFrom(...corpus),
          fc.array(mutation, { minLength: 1, maxLength: 5 }),
          fc.constantFrom(1, 7, 64, 100_000),
          check,
        ),
        { numRuns: FUZZ_RUNS, ...(FUZZ_SEED === undefined ? {} : { seed: FUZZ_SEED }) },
      );
      const growth = heapSize() - warm;
      console.info(
        `${protocol}: ${done} inputs, ${refused} refused, the heap grew by ${Math.round(growth / 1_024)} KiB`,
      );
      expect(done).toBe(FUZZ_RUNS);
      // Neither all nor none: otherwise the mutations are of no use.
      expect(refused).toBeGreaterThan(FUZZ_RUNS / 10);
      expect(refused).toBeLessThan(FUZZ_RUNS * 0.95);
      expect(growth).toBeLessThan(MOST_GROWTH_BYTES);
    },
  );
});

function heapSize(): number {
  collectGarbage();
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  return heapUsed + external + arrayBuffers;
}
