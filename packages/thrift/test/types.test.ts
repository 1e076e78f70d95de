import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BinaryWriter, ProtocolError, WireType, type ProtocolWriter, type StructCodec } from "../src/index.ts";
import { PROTOCOLS } from "../src/protocol/protocols.ts";
import { PROTOCOL_NAMES } from "./dialects.ts";
import { ClosedCodec, Closed, createPoint, createSegment, ORIGIN, PointCodec, SegmentCodec } from "./gen/shared.ts";
import * as types from "./gen/types.ts";
import { goldenFile } from "./golden-value.ts";
import { IdsCodec, createIds, NIL, type Ids } from "./gen/uuid.ts";
import { anyDeep, anyDefaults, anyShape, anyTree, anyTrouble, anyWanted } from "./types-values.ts";

const { DeepCodec, DefaultsCodec, EmptyCodec, ShapeCodec, TreeCodec, TroubleCodec, WantedCodec } = types;

const problem = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof ProtocolError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return "none";
};
/** As from a caller whose compiler did not look. */
const untyped = (value: unknown) => value as never;

const a = "00112233-4455-6677-8899-aabbccddeeff";
const b = "ffeeddcc-bbaa-9988-7766-554433221100";
const ids: Ids = createIds({ id: a, others: new Set([b]), names: new Map([[NIL, "nil"]]), kinds: [1, 9] });

describe.each(PROTOCOL_NAMES)("%s", (protocol) => {
  const { openReader, openWriter } = PROTOCOLS[protocol];
  const written = (write: (output: ProtocolWriter) => void): Buffer => {
    const output = openWriter();
    write(output);
    return output.bytes();
  };
  const encode = <Value>(codec: StructCodec<Value>, value: Value) => written((output) => codec.write(output, value));
  const decode = <Value>(codec: StructCodec<Value>, bytes: Buffer): Value => {
    const reader = openReader(bytes);
    const value = codec.read(reader);
    expect(reader.left).toBe(0);
    return value;
  };
  const EMPTY_STRUCT = encode(EmptyCodec, {});

  function property<Value>(codec: StructCodec<Value>, values: fc.Arbitrary<Value>, numRuns = 200): void {
    fc.assert(
      fc.property(values, (value) => {
        expect(decode(codec, encode(codec, value))).toEqual(value);
      }),
      { numRuns },
    );
  }

  describe("every value comes back", () => {
    it("of a struct that refers to itself and to a union", () => property(TreeCodec, anyTree));
    it("of a union", () => property(ShapeCodec, anyShape));
    it("of fields with defaults", () => property(DefaultsCodec, anyDefaults));
    it("of sets and maps with elements of every kind", () => property(DeepCodec, anyDeep));
    it("of every requiredness and field id", () => property(WantedCodec, anyWanted));
    it("of a struct without fields", () => property(EmptyCodec, fc.constant({})));
    it("of an exception, with its class", () =>
      fc.assert(
        fc.property(anyTrouble, (value) => {
          const back = decode(TroubleCodec, encode(TroubleCodec, value));
          expect(back).toBeInstanceOf(types.Trouble);
          expect([back.reason, back.details, back.cause_]).toEqual([value.reason, value.details, value.cause_]);
        }),
      ));
  });

  describe("a required field", () => {
    const wanted = { required_: ORIGIN, plain: ORIGIN, numbers: [1], negative: 0 };

    it.each(["required_", "plain", "numbers", "negative"])("is not written without a value: %s", (name) => {
      const { [name]: _, ...rest } = { ...wanted } as Record<string, unknown>;
      expect(problem(() => encode(WantedCodec, untyped(rest)))).toBe(`missing_field: Wanted.${name} is missing`);
      expect(problem(() => encode(WantedCodec, untyped({ ...wanted, [name]: null })))).toMatch(/^invalid_data/);
    });

    it("is not read where it is absent; of default requiredness only structs are missed", () => {
      const without = (...ids: readonly number[]) =>
        written((output) => {
          output.writeStructBegin();
          for (const id of [1, 3]) {
            if (ids.includes(id)) continue;
            output.writeField(WireType.STRUCT, id);
            PointCodec.write(output, ORIGIN);
          }
          if (!ids.includes(4)) {
            output.writeField(WireType.LIST, 4);
            output.writeListBegin(WireType.I32, 0);
            output.writeContainerEnd();
          }
          output.writeStop();
        });
      expect(decode(WantedCodec, without())).toEqual({ ...wanted, numbers: [] });
      expect(problem(() => decode(WantedCodec, without(1)))).toBe("missing_field: Wanted.required_ is missing");
      expect(problem(() => decode(WantedCodec, without(3)))).toBe("missing_field: Wanted.plain is missing");
      expect(problem(() => decode(WantedCodec, without(4)))).toBe("missing_field: Wanted.numbers is missing");
    });
  });

  describe("a default", () => {
    const filled = {
      text: 'it\'s "quoted" \\ and é',
      number: 3,
      large: 9007199254740993n,
      level: types.Level.HIGH,
      segment: { first: { x: -5, y: 7 }, last: { x: 1, y: 7 } },
      list_: ["a", "b"],
      levels: new Map([
        [1n, types.Level.LOW],
        [-(2n ** 63n), types.Level.MID],
      ]),
      tiny: new Set([-128, 127]),
      yes: true,
      real: -1.5e-7,
      bytes: new TextEncoder().encode("räum"),
      shape: { kind: "radius", value: 2 },
      deep: new Map([
        [true, [new Map([["a", 1]])]],
        [false, []],
      ]),
      plain: "p",
    };

    it("stands for what its creator leaves out", () => {
      expect(types.createDefaults({ plain: "p" })).toEqual(filled);
      expect(types.createDefaults({ plain: "p", level: 5, number: 0, yes: false, text: "" })).toEqual({
        ...filled,
        level: 5,
        number: 0,
        yes: false,
        text: "",
      });
      expect(createPoint({ x: 1 })).toEqual({ x: 1, y: 7 });
      expect(createSegment({ first: ORIGIN })).toEqual({ first: ORIGIN, last: { x: 1, y: 7 } });
    });

    it("stands for what a peer leaves out, unless that is required", () => {
      const large = written((output) => {
        output.writeStructBegin();
        output.writeField(WireType.I64, 3);
        output.writeI64(9007199254740993n);
        output.writeStop();
      });
      expect(decode(DefaultsCodec, large)).toEqual({ ...filled, plain: "" });
      expect(problem(() => decode(DefaultsCodec, EMPTY_STRUCT))).toBe("missing_field: Defaults.large is missing");
      expect(problem(() => decode(SegmentCodec, EMPTY_STRUCT))).toBe("missing_field: Segment.first is missing");
    });

    it("is made anew each time, so that nobody changes another's", () => {
      const { bytes } = types.createDefaults({ plain: "" });
      bytes.fill(0);
      expect(types.createDefaults({ plain: "" }).bytes).toEqual(filled.bytes);
    });

    it("of an exception stands for what its thrower leaves out", () => {
      expect(new Closed()).toMatchObject({ code: 4, message: "Closed", name: "Closed" });
      expect(new Closed({ code: 5, name_: 1 })).toMatchObject({ code: 5, name_: 1 });
      expect(decode(ClosedCodec, EMPTY_STRUCT)).toMatchObject({ code: 4 });
      expect(new types.Trouble()).toMatchObject({ details: ["none"], message: "Trouble" });
      expect(new types.Trouble({ reason: "no" }).message).toBe("no");
    });

    it("and a constant are what the IDL says", () => {
      expect(types.LARGEST).toBe(2n ** 63n - 1n);
      expect([types.LIMIT, types.AGAIN, types.RATIO, types.TEXT, types.IS_ON, types.LEVEL]).toEqual([
        42,
        42,
        0.25,
        'line\nline \\ "é"',
        true,
        2_147_483_647,
      ]);
      expect(Buffer.from(types.MAGIC).toString()).toBe("RB");
      expect(types.PATH).toEqual([
        { x: 1, y: 7 },
        { x: 2, y: 3 },
      ]);
      expect(types.SETS).toEqual(
        new Map([
          ["a", new Set([1, 2])],
          ["__proto__", new Set()],
        ]),
      );
      expect(types.DEFAULTS).toEqual({ ...filled, large: 5n });
      expect(decode(ShapeCodec, encode(ShapeCodec, types.SHAPE))).toEqual(types.SHAPE);
    });
  });

  describe("an enum", () => {
    it("is open: an unknown number survives", () => {
      const shape = { kind: "level", value: 77 } as const;
      expect(decode(ShapeCodec, encode(ShapeCodec, shape))).toEqual(shape);
    });

    it("is no more than an i32", () => {
      for (const value of [2 ** 31, 0.5, "LOW"])
        expect(problem(() => encode(ShapeCodec, untyped({ kind: "level", value })))).toMatch(/^invalid_data/);
    });
  });

  describe("a union", () => {
    const fields = (...all: readonly [type: WireType, id: number, write: (output: ProtocolWriter) => void][]) =>
      written((output) => {
        output.writeStructBegin();
        for (const [type, id, write] of all) {
          output.writeField(type, id);
          write(output);
        }
        output.writeStop();
      });
    const label = [WireType.STRING, 1, (output: ProtocolWriter) => output.writeString("a")] as const;
    const radius = [WireType.DOUBLE, 2, (output: ProtocolWriter) => output.writeDouble(1)] as const;
    const unknown = [WireType.STRING, 99, (output: ProtocolWriter) => output.writeString("from a newer peer")] as const;

    it("is one field, told apart by its kind", () => {
      const shape = decode(ShapeCodec, fields([...radius]));
      expect(shape.kind === "radius" && shape.value).toBe(1);
    });

    it.each<[string, Buffer, string]>([
      ["no field", fields(), "missing_field: Shape holds no field that is known here"],
      ["an unknown field", fields([...unknown]), "missing_field: Shape holds no field that is known here"],
      [
        "a field of another type",
        fields([WireType.I32, 1, (output) => output.writeI32(1)]),
        "missing_field: Shape holds no field that is known here",
      ],
      ["two fields", fields([...label], [...radius]), "invalid_data: Shape holds more than one field"],
      ["the same field twice", fields([...label], [...label]), "invalid_data: Shape holds more than one field"],
      [
        "a known field and an unknown one",
        fields([...unknown], [...label]),
        "invalid_data: Shape holds more than one field",
      ],
    ])("with %s is not read", (_, bytes, expected) => {
      expect(problem(() => decode(ShapeCodec, bytes))).toBe(expected);
    });

    it("with an unknown field is passed over as a whole before it is refused", () => {
      const reader = openReader(Buffer.concat([fields([...unknown]), Buffer.of(1, 2, 3)]));
      expect(problem(() => ShapeCodec.read(reader))).toMatch(/^missing_field/);
      expect(reader.left).toBe(3);
    });

    it.each([
      ["no kind", {}, "missing_field: Shape holds no field that is known here"],
      ["an unknown kind", { kind: "toString", value: 1 }, "missing_field: Shape holds no field that is known here"],
      ["no value", { kind: "label" }, "invalid_data: a value of JavaScript type undefined cannot be written as string"],
      ["null", null, "invalid_data: a value of JavaScript type object cannot be written as Shape"],
    ])("with %s is not written", (_, value, expected) => {
      expect(problem(() => encode(ShapeCodec, untyped(value)))).toBe(expected);
    });
  });

  describe("a set or map whose keys JavaScript compares by identity", () => {
    const empty = {
      points: [],
      names: [],
      blobs: [],
      sizes: [],
      rows: [],
      groups: [],
      nested: [],
      large: new Set<bigint>(),
      ratios: new Map<number, boolean>(),
      flags: new Set<boolean>(),
    };
    const twins: readonly [string, Partial<types.Deep>][] = [
      ["structs", { points: [ORIGIN, { y: 0, x: 0 }] }],
      [
        "keys that are structs",
        {
          names: [
            [ORIGIN, "a"],
            [{ ...ORIGIN }, "b"],
          ],
        },
      ],
      ["binaries", { blobs: [Uint8Array.of(1), Buffer.of(1)] }],
      [
        "keys that are binaries",
        {
          sizes: [
            [new Uint8Array(), 1],
            [new Uint8Array(), 2],
          ],
        },
      ],
      [
        "lists",
        {
          rows: [
            [1, -0],
            [1, 0],
          ],
        },
      ],
      [
        "keys that are sets, in any order",
        {
          groups: [
            [new Set(["a", "b"]), new Map()],
            [new Set(["b", "a"]), new Map()],
          ],
        },
      ],
      ["sets within a list", { nested: [[new Set([1]), new Set([1])]] }],
    ];

    it.each(twins)("is not written with two equal ones: %s", (_, deep) => {
      expect(problem(() => encode(DeepCodec, { ...empty, ...deep }))).toBe(
        "invalid_data: a set with two equal elements, or a map with two equal keys",
      );
    });

    it("is read as a set or map all the same: of equal elements one stays, of equal keys the last", () => {
      const bytes = written((output) => {
        output.writeStructBegin();
        output.writeField(WireType.SET, 1);
        output.writeSetBegin(WireType.STRUCT, 3);
        for (const x of [1, 2, 1]) PointCodec.write(output, { x, y: 0 });
        output.writeContainerEnd();
        output.writeField(WireType.MAP, 4);
        output.writeMapBegin(WireType.STRING, WireType.I32, 3);
        for (const [key, value] of [
          [7, 1],
          [8, 2],
          [7, 3],
        ] as const) {
          output.writeBinary(Uint8Array.of(key));
          output.writeI32(value);
        }
        output.writeContainerEnd();
        output.writeStop();
      });
      const { points, sizes } = decode(DeepCodec, bytes);
      expect(points).toEqual([
        { x: 1, y: 0 },
        { x: 2, y: 0 },
      ]);
      expect(sizes).toEqual([
        [Uint8Array.of(7), 3],
        [Uint8Array.of(8), 2],
      ]);
    });

    it("of numbers or texts is JavaScript's own, and repetitions vanish in it", () => {
      const bytes = written((output) => {
        output.writeStructBegin();
        output.writeField(WireType.SET, 8);
        output.writeSetBegin(WireType.I64, 2);
        for (const value of [5n, 5n]) output.writeI64(value);
        output.writeContainerEnd();
        output.writeStop();
      });
      expect(decode(DeepCodec, bytes).large).toEqual(new Set([5n]));
    });

    it.each<[string, unknown]>([
      ["a text", { rows: "ab" }],
      ["a Set instead of an array", { points: new Set([ORIGIN]) }],
      ["an array instead of a Set", { large: [1n] }],
      ["an object instead of a Map", { ratios: { size: 1 } }],
      ["nothing", { ratios: null }],
    ])("is not written from %s", (_, deep) => {
      expect(problem(() => encode(DeepCodec, untyped({ ...empty, ...(deep as object) })))).toMatch(/^invalid_data/);
    });
  });

  describe("a value that holds itself", () => {
    it.each<[string, () => unknown]>([
      [
        "as a field",
        () => {
          const tree: Record<string, unknown> = { value: 1 };
          tree["left"] = tree;
          return encode(TreeCodec, untyped(tree));
        },
      ],
      [
        "in a map",
        () => {
          const named = new Map<string, unknown>();
          named.set("a", { value: 1, named });
          return encode(TreeCodec, untyped({ value: 1, named }));
        },
      ],
      [
        "in a union",
        () => {
          const group: unknown[] = [];
          group.push({ kind: "group", value: group });
          return encode(ShapeCodec, untyped({ kind: "group", value: group }));
        },
      ],
      [
        "as an exception",
        () => {
          const trouble = new types.Trouble();
          Object.assign(trouble, { cause_: trouble });
          return encode(TroubleCodec, trouble);
        },
      ],
    ])("is refused, not followed for ever: %s", (_, run) => {
      expect(problem(run)).toBe("depth_limit: nested deeper than 64");
    });

    it("or is merely too deep is not written, and what is written can be read", () => {
      const nested = (depth: number): types.Tree =>
        depth === 1 ? { value: 1 } : { value: 1, left: nested(depth - 1) };
      expect(decode(TreeCodec, encode(TreeCodec, nested(64)))).toEqual(nested(64));
      expect(problem(() => encode(TreeCodec, nested(65)))).toBe("depth_limit: nested deeper than 64");
    });

    it("leaves the writer as good as new", () => {
      const tree: Record<string, unknown> = { value: 1 };
      tree["left"] = tree;
      const output = openWriter();
      for (let attempt = 0; attempt < 3; attempt += 1) {
        expect(problem(() => TreeCodec.write(output, untyped(tree)))).toMatch(/^depth_limit/);
        output.reset();
      }
      TreeCodec.write(output, { value: 5, right: { value: 6 } });
      expect(decode(TreeCodec, output.bytes())).toEqual({ value: 5, right: { value: 6 } });
    });
  });

  describe("a UUID, which newer compilers than 0.17 know", () => {
    it("comes back in lower case, as an element and as a key", () => {
      expect(decode(IdsCodec, encode(IdsCodec, { ...ids, id: a.toUpperCase() }))).toEqual(ids);
      fc.assert(
        fc.property(fc.uuid(), fc.array(fc.uuid()), (id, others) => {
          const value = { ...ids, id, others: new Set(others) };
          expect(decode(IdsCodec, encode(IdsCodec, value))).toEqual(value);
        }),
      );
    });

    it("that is none is not written", () => {
      expect(problem(() => encode(IdsCodec, { ...ids, id: "1" }))).toMatch(/^invalid_data/);
    });
  });
});

describe("a UUID in binary", () => {
  it("goes over the wire as its sixteen bytes", () => {
    const output = new BinaryWriter();
    IdsCodec.write(output, ids);
    expect(output.bytes().toString("hex")).toBe(
      "100001" +
        "00112233445566778899aabbccddeeff" +
        "0e0002" +
        "1000000001" +
        "ffeeddccbbaa99887766554433221100" +
        "0d0003" +
        "100b00000001" +
        "00000000000000000000000000000000" +
        "000000036e696c" +
        "080004" +
        "00000001" +
        "100005" +
        "00112233445566778899aabbccddeeff" +
        "0f0006" +
        "0800000002" +
        "0000000100000009" +
        "00",
    );
  });
});

// Written by test/peers/golden_types.py; test/interop.test.ts lets it do it again.
describe.each(["binary", "compact", "json"] as const)("what Apache's code for Python wrote in %s", (protocol) => {
  const file = readFileSync(goldenFile(`types.${protocol}.python.hex`), "utf8");
  const golden = new Map(
    file
      .trim()
      .split("\n")
      .map((line) => line.split(": ") as [string, string]),
  );
  const shapes: readonly (readonly [string, types.Shape])[] = [
    ["label", { kind: "label", value: "grüße 🎲" }],
    ["radius", { kind: "radius", value: -0.5 }],
    ["point", { kind: "point", value: createPoint({ x: -1 }) }],
    [
      "group",
      {
        kind: "group",
        value: [
          { kind: "label", value: "" },
          { kind: "level", value: types.Level.LOW },
          { kind: "group", value: [] },
        ],
      },
    ],
    ["ids", { kind: "ids", value: new Set([1n, -(2n ** 63n)]) }],
    ["level", { kind: "level", value: types.Level.HIGH }],
    [
      "tree",
      {
        kind: "tree",
        value: {
          value: 1,
          left: { value: 2, shape: { kind: "radius", value: 1e300 } },
          named: new Map([["k", { value: -(2 ** 31) }]]),
        },
      },
    ],
  ];
  // In Python's order of the map.
  const levels = new Map([
    [-(2n ** 63n), 0],
    [1n, -1],
  ]);
  const trouble = new types.Trouble({ reason: "no", details: ["none"], cause_: new types.Trouble() });

  function expectSame<Value>(name: string, codec: StructCodec<Value>, value: Value): void {
    const bytes = Buffer.from(golden.get(name) ?? "", "hex");
    const { openReader, openWriter } = PROTOCOLS[protocol];
    const reader = openReader(bytes);
    expect(codec.read(reader)).toEqual(value);
    expect(reader.left).toBe(0);
    const output = openWriter();
    codec.write(output, value);
    // Python is generous with the digits of a double.
    const form = (written: Buffer) => (protocol === "json" ? JSON.parse(written.toString()) : written.toString("hex"));
    expect(form(output.bytes())).toEqual(form(bytes));
  }

  it.each(shapes)("is read and written alike: a union with its %s", (name, shape) =>
    expectSame(name, ShapeCodec, shape),
  );
  it("is read and written alike: every default", () => {
    expectSame("defaults", DefaultsCodec, types.createDefaults({ plain: "p", levels }));
    expect(types.createDefaults({ plain: "p" })).toEqual(types.createDefaults({ plain: "p", levels }));
    expectSame("point with a default", PointCodec, createPoint({ x: 1 }));
    expectSame("segment with defaults", SegmentCodec, createSegment({ first: createPoint({ x: 0 }) }));
  });
  it("is read and written alike: exceptions with defaults", () => {
    expectSame("exception", TroubleCodec, trouble);
    expectSame("exception with a default", ClosedCodec, new Closed({ name_: 7 }));
  });
  it("holds nothing that is not tried here", () => expect(golden.size).toBe(shapes.length + 5));
});
