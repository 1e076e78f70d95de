import type { Socket } from "node:net";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fakeServer } from "../../test/fake-server.ts";
import { failure, open, sum } from "../../test/sums.ts";
import { frame } from "../../test/raw-client.ts";
import type { MessageHeader } from "../protocol/protocol.ts";
import { ThriftClient } from "./thrift-client.ts";
import { EveryClient } from "../../test/every.ts";

type End = "end" | "reset" | "silence";

const END: Readonly<Record<End, (socket: Socket) => void>> = {
  end: (socket) => void socket.end(),
  reset: (socket) => void socket.resetAndDestroy(),
  silence: () => {},
};

/** The answer that a call should get: the fake server does not know the arguments, and the numbers are given in order. */
const own = (call: MessageHeader) => sum(call, BigInt(call.sequenceId));

describe("a call whose answer is cut", () => {
  it.each<End>(["end", "reset", "silence"])("at any byte settles: then %s", async (end) => {
    const whole = sum({ name: "add", type: 2, sequenceId: 1 }).length;
    const outcomes = await Promise.all(
      Array.from({ length: whole + 1 }, async (_, cut) => {
        const server = await fakeServer((call, socket) => {
          socket.write(sum(call).subarray(0, cut), () => END[end](socket));
        });
        return failure(open({ port: server.port, timeoutMs: 2_000 }).add(1n, 1n));
      }),
    );
    const expected = end === "silence" ? "timeout" : "disconnected";
    expect(outcomes.slice(0, -1)).toEqual(Array(whole).fill(expected));
    // A reset may overtake the whole answer.
    expect(end === "reset" ? ["none", "disconnected"] : ["none"]).toContain(outcomes.at(-1));
  });
});

type Behaviour =
  | { readonly kind: "answer" | "silence" | "twice" | "end" | "reset" }
  | { readonly kind: "late"; readonly ms: number }
  | { readonly kind: "cut"; readonly at: number; readonly end: End }
  | { readonly kind: "garbage"; readonly bytes: Uint8Array; readonly isFramed: boolean }
  | { readonly kind: "renumbered"; readonly by: number }
  | { readonly kind: "mutated"; readonly at: number; readonly byte: number };

const behaviour: fc.Arbitrary<Behaviour> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("answer" as const) }) },
  fc.record({ kind: fc.constantFrom("silence" as const, "twice", "end", "reset") }),
  fc.record({ kind: fc.constant("late" as const), ms: fc.nat(150) }),
  fc.record({
    kind: fc.constant("cut" as const),
    at: fc.nat(34),
    end: fc.constantFrom<End>("end", "reset", "silence"),
  }),
  fc.record({
    kind: fc.constant("garbage" as const),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 40 }),
    isFramed: fc.boolean(),
  }),
  fc.record({ kind: fc.constant("renumbered" as const), by: fc.integer({ min: -5, max: 5 }) }),
  fc.record({ kind: fc.constant("mutated" as const), at: fc.nat(34), byte: fc.nat(255) }),
);

function behave(what: Behaviour, call: MessageHeader, socket: Socket): void {
  switch (what.kind) {
    case "answer":
      socket.write(own(call));
      return;
    case "silence":
      return;
    case "twice":
      socket.write(Buffer.concat([own(call), own(call)]));
      return;
    case "end":
    case "reset":
      END[what.kind](socket);
      return;
    case "late":
      setTimeout(() => void socket.write(own(call)), what.ms);
      return;
    case "cut":
      socket.write(own(call).subarray(0, what.at), () => END[what.end](socket));
      return;
    case "garbage":
      socket.write(what.isFramed ? frame(what.bytes) : what.bytes);
      return;
    case "renumbered":
      socket.write(own({ ...call, sequenceId: call.sequenceId + what.by }));
      return;
    case "mutated": {
      const bytes = own(call);
      bytes[what.at % bytes.length] = what.byte;
      socket.write(bytes);
    }
  }
}

const plan = fc.record({
  connections: fc.integer({ min: 1, max: 3 }),
  behaviours: fc.array(behaviour, { minLength: 1, maxLength: 12 }),
  /** Connections that the server drops at once, by the order of their making. */
  dropped: fc.array(fc.nat(4), { maxLength: 3 }),
  calls: fc.array(
    fc.record({
      timeoutMs: fc.constantFrom(30, 80, 150),
      abortAfterMs: fc.option(fc.nat(60), { freq: 6 }),
      pauseMs: fc.constantFrom(0, 0, 0, 5, 40),
      isOneway: fc.boolean(),
    }),
    { minLength: 1, maxLength: 15 },
  ),
});

const OUTCOMES = [
  "right",
  "unreachable",
  "disconnected",
  "timeout",
  "aborted",
  "invalid_answer",
  "ApplicationException",
  // Of an answer to this call that could not be decoded.
  "invalid_data",
  "truncated",
  "missing_field",
  "depth_limit",
  "bad_version",
];

describe("every call settles, and none is sent twice,", () => {
  it("whatever the server does", { timeout: 300_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(plan, async ({ connections, behaviours, dropped, calls }) => {
        // A changed byte may be one of the result, and behind a cut the next answer completes the frame.
        const isCorrupt = behaviours.some(({ kind }) => kind === "mutated" || kind === "cut" || kind === "garbage");
        let isBenign = false;
        let made = 0;
        const server = await fakeServer(
          (call, socket) => {
            const what = behaviours[(call.sequenceId - 1) % behaviours.length];
            if (isBenign || !what) socket.write(own(call));
            else behave(what, call, socket);
          },
          {
            onConnection(socket) {
              if (!isBenign && dropped.includes(made)) socket.resetAndDestroy();
              made += 1;
            },
          },
        );
        const transport = new ThriftClient({ port: server.port, connections });
        const client = new EveryClient(transport);
        const settled = [];
        for (const [index, { timeoutMs, abortAfterMs, pauseMs, isOneway }] of calls.entries()) {
          const signal = abortAfterMs === null ? undefined : AbortSignal.timeout(abortAfterMs);
          const options = signal ? { timeoutMs, signal } : { timeoutMs };
          const call = isOneway ? client.fire("x", options) : client.add(1n, 1n, options);
          const expected = isOneway || isCorrupt ? undefined : BigInt(index + 1);
          settled.push(outcomeOf(call, expected));
          if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
        }
        const start = performance.now();
        for (const outcome of await Promise.all(settled)) expect(OUTCOMES).toContain(outcome);
        expect(performance.now() - start).toBeLessThan(10_000);
        const numbers = server.calls.map(({ sequenceId }) => sequenceId);
        expect(new Set(numbers).size).toBe(numbers.length);
        // No call has hurt the client: the next ones are answered as soon as the server is well again.
        isBenign = true;
        expect(await recovered(client, calls.length)).toBe(true);
        await transport.close();
        await server.close();
      }),
      // Shrinking would repeat what takes seconds.
      { numRuns: 60, endOnFailure: true },
    );
  });
});

/** `right` for its own answer, or for any when none is expected. */
async function outcomeOf(call: Promise<unknown>, expected: bigint | undefined): Promise<string> {
  const code = await failure(call);
  if (code !== "none") return code;
  const value = await call;
  return expected === undefined || value === expected ? "right" : `${String(value)} instead of ${expected}`;
}

async function recovered(client: EveryClient, calls: number): Promise<boolean> {
  for (let attempt = 1; attempt <= 20; attempt += 1) {
    const call = client.add(1n, 1n, { timeoutMs: 1_000 });
    if ((await outcomeOf(call, BigInt(calls + attempt))) === "right") return true;
  }
  return false;
}
