import { describe, expect, it } from "vitest";
import { Every, type Inner, Refused } from "../test/every.ts";
import { everyHandler } from "../test/every-handler.ts";
import { createProcessor } from "./index.ts";

// The compiler checks this file: each expected error that is none is an error itself.
describe("the type of a handler", () => {
  const handler = everyHandler();

  it("accepts synchronous and asynchronous methods, with fewer parameters too", () => {
    const processor = createProcessor(Every, {
      ...handler,
      add: () => 1n,
      find: async (): Promise<Inner> => ({ number: 1 }),
    });
    expect([...processor.methods.keys()]).toContain("add");
  });

  it("refuses what does not fit", () => {
    const withoutAdd: Omit<typeof handler, "add"> = handler;
    // @ts-expect-error a method is missing
    createProcessor(Every, withoutAdd);
    // @ts-expect-error a method that the service does not have
    createProcessor(Every, { ...handler, substract: () => 1n });
    // @ts-expect-error the wrong result
    createProcessor(Every, { ...handler, add: () => 42 });
    // @ts-expect-error the wrong result, later
    createProcessor(Every, { ...handler, find: async () => ({ number: "1" }) });
    // @ts-expect-error a required field is missing
    createProcessor(Every, { ...handler, find: () => ({ names: [] }) });
    // @ts-expect-error the wrong argument
    createProcessor(Every, { ...handler, add: (a: string) => BigInt(a) });
    // @ts-expect-error too many arguments
    createProcessor(Every, { ...handler, nothing: (_call: unknown, _more: unknown) => {} });
    // @ts-expect-error an exception wants its fields
    expect(new Refused({ code: "no" })).toBeInstanceOf(Error);
  });
});
