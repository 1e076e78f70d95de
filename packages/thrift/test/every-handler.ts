import { Gone, Refused, type EveryHandler, type OtherHandler } from "./every.ts";

/** Answers what it was asked; `find` fails in every way that a handler can. */
export function everyHandler(fired: string[] = []): EveryHandler {
  return {
    echo: (value) => value,
    text: (text) => Promise.resolve(text),
    find(number) {
      if (number === 1) throw new Refused({ code: "no", message: "not you" });
      if (number === 2) return Promise.reject(new Gone({ reason: "it left" }));
      if (number === 3) throw new Error("password=hunter2");
      return { number };
    },
    nothing: () => {},
    add: (a, b) => a + b,
    reverse: (bytes) => bytes.toReversed(),
    index: (inners, keys) => new Map([...keys].map((key, at) => [key, inners[at] ?? { number: -1 }])),
    names: async (...values) => values.slice(0, 5).map(String),
    fire: (what) => void fired.push(what),
  };
}

export const otherHandler: OtherHandler = { text: (text) => `other ${text}`, one: () => 1 };
