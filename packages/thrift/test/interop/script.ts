import { isDeepStrictEqual } from "node:util";
import { expect } from "vitest";
import { ApplicationException, type ThriftClient } from "../../src/index.ts";
import { Color, RoomNotFoundException, RoomServiceClient, StrangerClient } from "./gen/room.ts";
import type { RoomServiceHandler, Sample } from "./gen/room.ts";

export type Answers = Readonly<Record<string, unknown>>;

/** The calls in their order, and what a client reads that makes them of our server. */
export const ANSWERS: Answers = {
  true: { answer: true },
  false: { answer: false },
  create: { answer: { id: "new", expires: 1_763_720_000.25, username: "new.grüße", password: "s3cret" } },
  get: { answer: { id: "here", expires: 1.5, username: "u" } },
  unicode: { answer: { id: "grüße 🎲", expires: 1.5, username: "u" } },
  // The identifier of 60,000 bytes came back.
  big: { answer: true },
  lists: {
    answer: [
      { id: "a", expires: 0, username: "a" },
      { id: "b", expires: 0, username: "b" },
    ],
  },
  nobody: { answer: [] },
  missing: { declared: "room missing does not exist" },
  broken: { application: 6, message: "internal error" },
  // A oneway call, and the next one is answered.
  tell: { answer: true },
  // A sample of every type came, and its copy went back unchanged.
  fill: { answer: true },
  absent: { application: 1, message: "unknown method absent" },
  again: { answer: true },
};

/** What our client reads from foreign servers, which have words of their own for errors. */
export const FOREIGN_ANSWERS: Answers = {
  ...ANSWERS,
  broken: { application: expect.any(Number) as number, message: expect.any(String) as string },
  absent: { application: expect.any(Number) as number, message: expect.any(String) as string },
};

export function without(answers: Answers, calls: readonly string[]): Answers {
  return Object.fromEntries(Object.entries(answers).filter(([call]) => !calls.includes(call)));
}

export const FULL: Sample = {
  flag: true,
  tiny: -128,
  small: -32_768,
  medium: 2_147_483_647,
  large: -9_007_199_254_740_993n,
  real: -1234.5625,
  text: "grüße 🎲",
  bytes: Buffer.from("00ff80c3281b5d", "hex"),
  color: Color.BLUE,
  numbers: [0, -1, 1_000_000],
  words: new Set(["wörd"]),
  times: new Map([["t", 1_099_511_627_776n]]),
  flags: [true, false, true],
  rooms: new Map([[-7, [{ id: "r", expires: 1.5, username: "u", password: "p" }]]]),
  far: "a large field number",
};

/** Our side; `told` receives what the oneway calls say. */
export function interopHandler(told: string[]): RoomServiceHandler {
  const room = (id: string, expires: number, username: string) => ({ id, expires, username });
  return {
    create: () => ({ ...room("new", 1_763_720_000.25, "new.grüße"), password: "s3cret" }),
    get(id) {
      if (id === "missing") throw new RoomNotFoundException({ reason: "room missing does not exist" });
      if (id === "broken") throw new Error("password=hunter2");
      return room(id, 1.5, "u");
    },
    lists: () => ["a", "b"].map((id) => room(id, 0, id)),
    pppbool: (id) => id,
    fill(sample) {
      if (isDeepStrictEqual(plain(sample), plain({}))) return FULL;
      if (isDeepStrictEqual(plain(sample), plain(FULL))) return FULL;
      throw new ApplicationException(0, `another sample came back: ${Object.entries(sample).flat().join(" ")}`);
    },
    nobody: () => [],
    tell: (what) => void told.push(what),
  };
}

/** The same calls by our own client, but for some, and what it reads.  */
export async function playScript(client: ThriftClient, skipped: readonly string[] = []): Promise<Answers> {
  const rooms = new RoomServiceClient(client);
  const big = "x".repeat(60_000);
  const calls: Readonly<Record<string, () => Promise<unknown>>> = {
    true: () => rooms.pppbool(true),
    false: () => rooms.pppbool(false),
    create: () => rooms.create(),
    get: () => rooms.get("here"),
    unicode: () => rooms.get("grüße 🎲"),
    big: async () => (await rooms.get(big)).id === big,
    lists: () => rooms.lists(),
    nobody: () => rooms.nobody(),
    missing: () => rooms.get("missing"),
    broken: () => rooms.get("broken"),
    async tell() {
      await rooms.tell("hello 🎲");
      return rooms.pppbool(true);
    },
    async fill() {
      const answered = [await rooms.fill({}), await rooms.fill(FULL)].map(plain);
      // Foreign servers answer what they got.
      return (
        isDeepStrictEqual(answered[1], plain(FULL)) &&
        [FULL, {}].some((sample) => isDeepStrictEqual(answered[0], plain(sample)))
      );
    },
    absent: () => new StrangerClient(client).absent(true),
    again: () => rooms.pppbool(true),
  };
  const answers: Record<string, unknown> = {};
  for (const [name, call] of Object.entries(calls)) {
    if (skipped.includes(name)) continue;
    answers[name] = await call().then((answer) => ({ answer }), described);
  }
  return answers;
}

function described(error: unknown): object {
  if (error instanceof RoomNotFoundException) return { declared: error.reason };
  if (error instanceof ApplicationException) return { application: error.type, message: error.message };
  throw error;
}

/** A Buffer is no Uint8Array to a strict comparison. */
function plain(sample: Sample): object {
  return { ...sample, bytes: [...(sample.bytes ?? [])] };
}
