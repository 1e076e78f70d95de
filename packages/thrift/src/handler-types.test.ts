import { describe, expect, it } from "vitest";
import { Every, type Inner, Refused } from "../test/every.ts";
import { everyHandler } from "../test/every-handler.ts";
import { Base, createPoint, type Point } from "../test/gen/shared.ts";
import { Types, type Shape, type TypesHandler } from "../test/gen/types.ts";
import { createProcessor } from "./index.ts";

// The compiler checks this file: each expected error that is none is an error itself.
describe("the type of a handler", () => {
  const handler = everyHandler();
  const inherited = {} as TypesHandler;
  const make = (build: () => unknown) => expect(build).toBeTypeOf("function");

  it("accepts synchronous and asynchronous methods, with fewer parameters too", () => {
    const processor = createProcessor(Every, {
      ...handler,
      add: () => 1n,
      find: async (): Promise<Inner> => ({ number: 1 }),
    });
    expect([...processor.methods.keys()]).toContain("add");
  });

  it("refuses a method that is missing", () => {
    const { add: _, ...withoutAdd } = handler;
    // @ts-expect-error
    createProcessor(Every, withoutAdd);
    const { ping: __, ...withoutParents } = inherited;
    // @ts-expect-error the service that it extends has one more
    createProcessor(Types, withoutParents);
  });

  it("refuses a method that the service does not have", () => {
    // @ts-expect-error
    createProcessor(Every, { ...handler, substract: () => 1n });
    // @ts-expect-error
    createProcessor(Base, { ping: () => 1, pong: () => 1 });
  });

  it("refuses the wrong argument", () => {
    // @ts-expect-error
    createProcessor(Every, { ...handler, add: (a: string) => BigInt(a) });
    // @ts-expect-error
    createProcessor(Every, { ...handler, add: async (a: string) => BigInt(a) });
    // @ts-expect-error an i64 is a bigint
    createProcessor(Every, { ...handler, add: (a: number, b: number) => BigInt(a + b) });
    // @ts-expect-error too many
    createProcessor(Every, { ...handler, nothing: (_call: unknown, _more: unknown) => {} });
    const labelOf = (shape: { readonly label: string }): Shape => ({ kind: "label", value: shape.label });
    // @ts-expect-error a union is one of its fields, by kind
    createProcessor(Types, { ...inherited, shape: labelOf });
    const labelOnly = (shape: Shape & { readonly kind: "label" }) => shape;
    // @ts-expect-error any field of a union may come
    createProcessor(Types, { ...inherited, shape: labelOnly });
    // @ts-expect-error nothing may be changed in what a caller sent
    createProcessor(Every, { ...handler, index: (inners: Inner[]) => new Map([["a", inners[0] as Inner]]) });
  });

  it("refuses the wrong result, at once or later", () => {
    // @ts-expect-error
    createProcessor(Every, { ...handler, add: () => 42 });
    // @ts-expect-error
    createProcessor(Every, { ...handler, add: async () => 42 });
    // @ts-expect-error
    createProcessor(Every, { ...handler, find: async () => ({ number: "1" }) });
    // @ts-expect-error a required field is missing
    createProcessor(Every, { ...handler, find: () => ({ names: [] }) });
    // @ts-expect-error
    createProcessor(Every, { ...handler, find: async () => ({ names: [] }) });
    // @ts-expect-error no result
    createProcessor(Every, { ...handler, text: () => {} });
    // @ts-expect-error no result, later
    createProcessor(Every, { ...handler, text: async () => {} });
    // @ts-expect-error of a method of the service that it extends
    createProcessor(Types, { ...inherited, ping: () => "1" });
    // @ts-expect-error an unknown field of a union
    createProcessor(Types, { ...inherited, shape: () => ({ kind: "area", value: 1 }) });
    // @ts-expect-error the value of another field of a union
    createProcessor(Types, { ...inherited, shape: () => ({ kind: "radius", value: "1" }) });
  });

  it("wants the fields of structs and exceptions that have no default", () => {
    const point: Point = createPoint({ x: 1 });
    expect(point).toEqual({ x: 1, y: 7 });
    // @ts-expect-error
    make(() => createPoint({ y: 1 }));
    // @ts-expect-error only a creator fills it in
    const incomplete: Point = { x: 1 };
    // @ts-expect-error
    make(() => new Refused({ code: incomplete }));
    // @ts-expect-error two kinds at once
    const both: Shape = { kind: "label", value: 1 };
    expect(both).toBeDefined();
  });
});
