// Generated from types.thrift by @roombridge/thrift. Do not edit.
/** Whatever the IDL can say beyond every.thrift. */

import {
  type CallContext,
  type CallOptions,
  checkDistinct,
  checkDistinctKeys,
  checkStruct,
  checkUnion,
  distinct,
  distinctEntries,
  type ErasedMethod,
  listSize,
  mapSize,
  type MethodDefinition,
  missingField,
  missingResult,
  raise,
  type ServiceDefinition,
  setSize,
  type StructCodec,
  type ThriftClient,
  unknownUnionField,
  WireType,
} from "../../src/index.ts";
import * as shared from "./shared.ts";

export type Path = readonly shared.Point[];

/** Seconds */
export type Date_ = number;

/** Open numbers, negative ones too. */
export const Level = {
  LOW: -1,
  /** the default */
  MID: 0,
  HIGH: 2147483647,
} as const;

/** Open: a peer with a newer IDL may send other numbers. */
export type Level = number;

/** Exactly one of its fields. */
export type Shape =
  | { readonly kind: "label"; readonly value: string }
  /** of a circle */
  | { readonly kind: "radius"; readonly value: number }
  | { readonly kind: "point"; readonly value: shared.Point }
  | { readonly kind: "group"; readonly value: readonly Shape[] }
  | { readonly kind: "ids"; readonly value: ReadonlySet<bigint> }
  | { readonly kind: "level"; readonly value: number }
  | { readonly kind: "tree"; readonly value: Tree };

export const ShapeCodec: StructCodec<Shape> = {
  write(output, value) {
    checkStruct("Shape", value);
    output.writeStructBegin();
    switch (value.kind) {
      case "label": {
        output.writeField(WireType.STRING, 1);
        output.writeString(value.value);
        break;
      }
      case "radius": {
        output.writeField(WireType.DOUBLE, 2);
        output.writeDouble(value.value);
        break;
      }
      case "point": {
        output.writeField(WireType.STRUCT, 3);
        shared.PointCodec.write(output, value.value);
        break;
      }
      case "group": {
        output.writeField(WireType.LIST, 4);
        output.writeListBegin(WireType.STRUCT, listSize(value.value));
        for (const element of value.value) {
          ShapeCodec.write(output, element);
        }
        output.writeContainerEnd();
        break;
      }
      case "ids": {
        output.writeField(WireType.SET, 5);
        output.writeSetBegin(WireType.I64, setSize(value.value));
        for (const element of value.value) {
          output.writeI64(element);
        }
        output.writeContainerEnd();
        break;
      }
      case "level": {
        output.writeField(WireType.I32, 6);
        output.writeI32(value.value);
        break;
      }
      case "tree": {
        output.writeField(WireType.STRUCT, 7);
        TreeCodec.write(output, value.value);
        break;
      }
      default:
        throw unknownUnionField("Shape");
    }
    output.writeStop();
  },
  read(input) {
    let value: Shape | undefined;
    let fields = 0;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      fields += 1;
      if (input.fieldId === 1 && field === WireType.STRING) {
        value = { kind: "label", value: input.readString() };
      } else if (input.fieldId === 2 && field === WireType.DOUBLE) {
        value = { kind: "radius", value: input.readDouble() };
      } else if (input.fieldId === 3 && field === WireType.STRUCT) {
        value = { kind: "point", value: shared.PointCodec.read(input) };
      } else if (input.fieldId === 4 && field === WireType.LIST) {
        const elements: Shape[] = [];
        const size = input.readListBegin(WireType.STRUCT);
        for (let index = 0; index < size; index += 1) {
          elements.push(ShapeCodec.read(input));
        }
        input.readContainerEnd();
        value = { kind: "group", value: elements };
      } else if (input.fieldId === 5 && field === WireType.SET) {
        const elements = new Set<bigint>();
        const size = input.readSetBegin(WireType.I64);
        for (let index = 0; index < size; index += 1) {
          elements.add(input.readI64());
        }
        input.readContainerEnd();
        value = { kind: "ids", value: elements };
      } else if (input.fieldId === 6 && field === WireType.I32) {
        value = { kind: "level", value: input.readI32() };
      } else if (input.fieldId === 7 && field === WireType.STRUCT) {
        value = { kind: "tree", value: TreeCodec.read(input) };
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    return checkUnion("Shape", value, fields);
  },
};

export interface Tree {
  readonly value: number;
  readonly left?: Tree | undefined;
  readonly right?: Tree | undefined;
  readonly shape?: Shape | undefined;
  readonly named?: ReadonlyMap<string, Tree> | undefined;
}

export const TreeCodec: StructCodec<Tree> = {
  write(output, value) {
    checkStruct("Tree", value);
    output.writeStructBegin();
    if (value.value === undefined) throw missingField("Tree", "value");
    output.writeField(WireType.I32, 1);
    output.writeI32(value.value);
    if (value.left !== undefined) {
      output.writeField(WireType.STRUCT, 2);
      TreeCodec.write(output, value.left);
    }
    if (value.right !== undefined) {
      output.writeField(WireType.STRUCT, 3);
      TreeCodec.write(output, value.right);
    }
    if (value.shape !== undefined) {
      output.writeField(WireType.STRUCT, 4);
      ShapeCodec.write(output, value.shape);
    }
    if (value.named !== undefined) {
      output.writeField(WireType.MAP, 5);
      output.writeMapBegin(WireType.STRING, WireType.STRUCT, mapSize(value.named));
      for (const [key, element] of value.named) {
        output.writeString(key);
        TreeCodec.write(output, element);
      }
      output.writeContainerEnd();
    }
    output.writeStop();
  },
  read(input) {
    let valueValue: number | undefined;
    let leftValue: Tree | undefined;
    let rightValue: Tree | undefined;
    let shapeValue: Shape | undefined;
    let namedValue: ReadonlyMap<string, Tree> | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 1 && field === WireType.I32) {
        valueValue = input.readI32();
      } else if (input.fieldId === 2 && field === WireType.STRUCT) {
        leftValue = TreeCodec.read(input);
      } else if (input.fieldId === 3 && field === WireType.STRUCT) {
        rightValue = TreeCodec.read(input);
      } else if (input.fieldId === 4 && field === WireType.STRUCT) {
        shapeValue = ShapeCodec.read(input);
      } else if (input.fieldId === 5 && field === WireType.MAP) {
        const entries = new Map<string, Tree>();
        const size = input.readMapBegin(WireType.STRING, WireType.STRUCT);
        for (let index = 0; index < size; index += 1) {
          const key = input.readString();
          entries.set(key, TreeCodec.read(input));
        }
        input.readContainerEnd();
        namedValue = entries;
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    return {
      value: valueValue ?? raise(missingField("Tree", "value")),
      ...(leftValue === undefined ? {} : { left: leftValue }),
      ...(rightValue === undefined ? {} : { right: rightValue }),
      ...(shapeValue === undefined ? {} : { shape: shapeValue }),
      ...(namedValue === undefined ? {} : { named: namedValue }),
    };
  },
};

export interface Empty {}

export const EmptyCodec: StructCodec<Empty> = {
  write(output, value) {
    checkStruct("Empty", value);
    output.writeStructBegin();
    output.writeStop();
  },
  read(input) {
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      input.skip(field);
    }
    input.readStructEnd();
    return {};
  },
};

/** One field of each kind of default. */
export interface Defaults {
  readonly text: string;
  readonly number?: number | undefined;
  readonly large: bigint;
  readonly level: number;
  readonly segment: shared.Segment;
  readonly list_: readonly string[];
  readonly levels: ReadonlyMap<bigint, number>;
  readonly tiny: ReadonlySet<number>;
  readonly yes: boolean;
  readonly real: number;
  readonly bytes: Uint8Array;
  readonly shape: Shape;
  readonly deep: ReadonlyMap<boolean, readonly ReadonlyMap<string, number>[]>;
  readonly plain: string;
}

/** Defaults with its defaults for what is left out. */
export function createDefaults(
  fields: Omit<
    Defaults,
    | "text"
    | "number"
    | "large"
    | "level"
    | "segment"
    | "list_"
    | "levels"
    | "tiny"
    | "yes"
    | "real"
    | "bytes"
    | "shape"
    | "deep"
  > &
    Partial<
      Pick<
        Defaults,
        | "text"
        | "number"
        | "large"
        | "level"
        | "segment"
        | "list_"
        | "levels"
        | "tiny"
        | "yes"
        | "real"
        | "bytes"
        | "shape"
        | "deep"
      >
    >,
): Defaults {
  return {
    ...fields,
    text: fields.text ?? 'it\'s "quoted" \\ and é',
    number: fields.number ?? 3,
    large: fields.large ?? 9007199254740993n,
    level: fields.level ?? 2147483647,
    segment: fields.segment ?? { first: { x: -5, y: 7 }, last: { x: 1, y: 7 } },
    list_: fields.list_ ?? ["a", "b"],
    levels:
      fields.levels ??
      new Map<bigint, number>([
        [1n, -1],
        [-9223372036854775808n, 0],
      ]),
    tiny: fields.tiny ?? new Set<number>([-128, 127]),
    yes: fields.yes ?? true,
    real: fields.real ?? -1.5e-7,
    bytes: fields.bytes ?? Uint8Array.of(114, 195, 164, 117, 109),
    shape: fields.shape ?? { kind: "radius", value: 2 },
    deep:
      fields.deep ??
      new Map<boolean, readonly ReadonlyMap<string, number>[]>([
        [false, []],
        [true, [new Map<string, number>([["a", 1]])]],
      ]),
  };
}

export const DefaultsCodec: StructCodec<Defaults> = {
  write(output, value) {
    checkStruct("Defaults", value);
    output.writeStructBegin();
    if (value.text === undefined) throw missingField("Defaults", "text");
    output.writeField(WireType.STRING, 1);
    output.writeString(value.text);
    if (value.number !== undefined) {
      output.writeField(WireType.I32, 2);
      output.writeI32(value.number);
    }
    if (value.large === undefined) throw missingField("Defaults", "large");
    output.writeField(WireType.I64, 3);
    output.writeI64(value.large);
    if (value.level === undefined) throw missingField("Defaults", "level");
    output.writeField(WireType.I32, 4);
    output.writeI32(value.level);
    if (value.segment === undefined) throw missingField("Defaults", "segment");
    output.writeField(WireType.STRUCT, 5);
    shared.SegmentCodec.write(output, value.segment);
    if (value.list_ === undefined) throw missingField("Defaults", "list_");
    output.writeField(WireType.LIST, 6);
    output.writeListBegin(WireType.STRING, listSize(value.list_));
    for (const element of value.list_) {
      output.writeString(element);
    }
    output.writeContainerEnd();
    if (value.levels === undefined) throw missingField("Defaults", "levels");
    output.writeField(WireType.MAP, 7);
    output.writeMapBegin(WireType.I64, WireType.I32, mapSize(value.levels));
    for (const [key, element] of value.levels) {
      output.writeI64(key);
      output.writeI32(element);
    }
    output.writeContainerEnd();
    if (value.tiny === undefined) throw missingField("Defaults", "tiny");
    output.writeField(WireType.SET, 8);
    output.writeSetBegin(WireType.I8, setSize(value.tiny));
    for (const element of value.tiny) {
      output.writeI8(element);
    }
    output.writeContainerEnd();
    if (value.yes === undefined) throw missingField("Defaults", "yes");
    output.writeField(WireType.BOOL, 9);
    output.writeBool(value.yes);
    if (value.real === undefined) throw missingField("Defaults", "real");
    output.writeField(WireType.DOUBLE, 10);
    output.writeDouble(value.real);
    if (value.bytes === undefined) throw missingField("Defaults", "bytes");
    output.writeField(WireType.STRING, 11);
    output.writeBinary(value.bytes);
    if (value.shape === undefined) throw missingField("Defaults", "shape");
    output.writeField(WireType.STRUCT, 12);
    ShapeCodec.write(output, value.shape);
    if (value.deep === undefined) throw missingField("Defaults", "deep");
    output.writeField(WireType.MAP, 13);
    output.writeMapBegin(WireType.BOOL, WireType.LIST, mapSize(value.deep));
    for (const [key, element] of value.deep) {
      output.writeBool(key);
      output.writeListBegin(WireType.MAP, listSize(element));
      for (const element1 of element) {
        output.writeMapBegin(WireType.STRING, WireType.DOUBLE, mapSize(element1));
        for (const [key2, element2] of element1) {
          output.writeString(key2);
          output.writeDouble(element2);
        }
        output.writeContainerEnd();
      }
      output.writeContainerEnd();
    }
    output.writeContainerEnd();
    if (value.plain === undefined) throw missingField("Defaults", "plain");
    output.writeField(WireType.STRING, 14);
    output.writeString(value.plain);
    output.writeStop();
  },
  read(input) {
    let textValue: string | undefined;
    let numberValue: number | undefined;
    let largeValue: bigint | undefined;
    let levelValue: number | undefined;
    let segmentValue: shared.Segment | undefined;
    let list_Value: readonly string[] | undefined;
    let levelsValue: ReadonlyMap<bigint, number> | undefined;
    let tinyValue: ReadonlySet<number> | undefined;
    let yesValue: boolean | undefined;
    let realValue: number | undefined;
    let bytesValue: Uint8Array | undefined;
    let shapeValue: Shape | undefined;
    let deepValue: ReadonlyMap<boolean, readonly ReadonlyMap<string, number>[]> | undefined;
    let plainValue: string | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 1 && field === WireType.STRING) {
        textValue = input.readString();
      } else if (input.fieldId === 2 && field === WireType.I32) {
        numberValue = input.readI32();
      } else if (input.fieldId === 3 && field === WireType.I64) {
        largeValue = input.readI64();
      } else if (input.fieldId === 4 && field === WireType.I32) {
        levelValue = input.readI32();
      } else if (input.fieldId === 5 && field === WireType.STRUCT) {
        segmentValue = shared.SegmentCodec.read(input);
      } else if (input.fieldId === 6 && field === WireType.LIST) {
        const elements: string[] = [];
        const size = input.readListBegin(WireType.STRING);
        for (let index = 0; index < size; index += 1) {
          elements.push(input.readString());
        }
        input.readContainerEnd();
        list_Value = elements;
      } else if (input.fieldId === 7 && field === WireType.MAP) {
        const entries = new Map<bigint, number>();
        const size = input.readMapBegin(WireType.I64, WireType.I32);
        for (let index = 0; index < size; index += 1) {
          const key = input.readI64();
          entries.set(key, input.readI32());
        }
        input.readContainerEnd();
        levelsValue = entries;
      } else if (input.fieldId === 8 && field === WireType.SET) {
        const elements = new Set<number>();
        const size = input.readSetBegin(WireType.I8);
        for (let index = 0; index < size; index += 1) {
          elements.add(input.readI8());
        }
        input.readContainerEnd();
        tinyValue = elements;
      } else if (input.fieldId === 9 && field === WireType.BOOL) {
        yesValue = input.readBool();
      } else if (input.fieldId === 10 && field === WireType.DOUBLE) {
        realValue = input.readDouble();
      } else if (input.fieldId === 11 && field === WireType.STRING) {
        bytesValue = input.readBinary();
      } else if (input.fieldId === 12 && field === WireType.STRUCT) {
        shapeValue = ShapeCodec.read(input);
      } else if (input.fieldId === 13 && field === WireType.MAP) {
        const entries = new Map<boolean, readonly ReadonlyMap<string, number>[]>();
        const size = input.readMapBegin(WireType.BOOL, WireType.LIST);
        for (let index = 0; index < size; index += 1) {
          const key = input.readBool();
          const elements1: ReadonlyMap<string, number>[] = [];
          const size1 = input.readListBegin(WireType.MAP);
          for (let index1 = 0; index1 < size1; index1 += 1) {
            const entries2 = new Map<string, number>();
            const size2 = input.readMapBegin(WireType.STRING, WireType.DOUBLE);
            for (let index2 = 0; index2 < size2; index2 += 1) {
              const key2 = input.readString();
              entries2.set(key2, input.readDouble());
            }
            input.readContainerEnd();
            elements1.push(entries2);
          }
          input.readContainerEnd();
          entries.set(key, elements1);
        }
        input.readContainerEnd();
        deepValue = entries;
      } else if (input.fieldId === 14 && field === WireType.STRING) {
        plainValue = input.readString();
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    return {
      text: textValue ?? 'it\'s "quoted" \\ and é',
      number: numberValue ?? 3,
      large: largeValue ?? raise(missingField("Defaults", "large")),
      level: levelValue ?? 2147483647,
      segment: segmentValue ?? { first: { x: -5, y: 7 }, last: { x: 1, y: 7 } },
      list_: list_Value ?? ["a", "b"],
      levels:
        levelsValue ??
        new Map<bigint, number>([
          [1n, -1],
          [-9223372036854775808n, 0],
        ]),
      tiny: tinyValue ?? new Set<number>([-128, 127]),
      yes: yesValue ?? true,
      real: realValue ?? -1.5e-7,
      bytes: bytesValue ?? Uint8Array.of(114, 195, 164, 117, 109),
      shape: shapeValue ?? { kind: "radius", value: 2 },
      deep:
        deepValue ??
        new Map<boolean, readonly ReadonlyMap<string, number>[]>([
          [false, []],
          [true, [new Map<string, number>([["a", 1]])]],
        ]),
      plain: plainValue ?? "",
    };
  },
};

/** Sets and maps whose elements JavaScript would compare by identity. */
export interface Deep {
  readonly points: readonly shared.Point[];
  readonly names: readonly (readonly [key: shared.Point, value: string])[];
  readonly blobs: readonly Uint8Array[];
  readonly sizes: readonly (readonly [key: Uint8Array, value: number])[];
  readonly rows: readonly (readonly number[])[];
  readonly groups: readonly (readonly [key: ReadonlySet<string>, value: ReadonlyMap<number, Shape>])[];
  readonly nested: readonly (readonly ReadonlySet<number>[])[];
  readonly large: ReadonlySet<bigint>;
  readonly ratios: ReadonlyMap<number, boolean>;
  readonly flags: ReadonlySet<boolean>;
}

export const DeepCodec: StructCodec<Deep> = {
  write(output, value) {
    checkStruct("Deep", value);
    output.writeStructBegin();
    if (value.points === undefined) throw missingField("Deep", "points");
    output.writeField(WireType.SET, 1);
    output.writeSetBegin(WireType.STRUCT, listSize(value.points));
    for (const element of value.points) {
      shared.PointCodec.write(output, element);
    }
    output.writeContainerEnd();
    checkDistinct(value.points);
    if (value.names === undefined) throw missingField("Deep", "names");
    output.writeField(WireType.MAP, 2);
    output.writeMapBegin(WireType.STRUCT, WireType.STRING, listSize(value.names));
    for (const [key, element] of value.names) {
      shared.PointCodec.write(output, key);
      output.writeString(element);
    }
    output.writeContainerEnd();
    checkDistinctKeys(value.names);
    if (value.blobs === undefined) throw missingField("Deep", "blobs");
    output.writeField(WireType.SET, 3);
    output.writeSetBegin(WireType.STRING, listSize(value.blobs));
    for (const element of value.blobs) {
      output.writeBinary(element);
    }
    output.writeContainerEnd();
    checkDistinct(value.blobs);
    if (value.sizes === undefined) throw missingField("Deep", "sizes");
    output.writeField(WireType.MAP, 4);
    output.writeMapBegin(WireType.STRING, WireType.I32, listSize(value.sizes));
    for (const [key, element] of value.sizes) {
      output.writeBinary(key);
      output.writeI32(element);
    }
    output.writeContainerEnd();
    checkDistinctKeys(value.sizes);
    if (value.rows === undefined) throw missingField("Deep", "rows");
    output.writeField(WireType.SET, 5);
    output.writeSetBegin(WireType.LIST, listSize(value.rows));
    for (const element of value.rows) {
      output.writeListBegin(WireType.I32, listSize(element));
      for (const element1 of element) {
        output.writeI32(element1);
      }
      output.writeContainerEnd();
    }
    output.writeContainerEnd();
    checkDistinct(value.rows);
    if (value.groups === undefined) throw missingField("Deep", "groups");
    output.writeField(WireType.MAP, 6);
    output.writeMapBegin(WireType.SET, WireType.MAP, listSize(value.groups));
    for (const [key, element] of value.groups) {
      output.writeSetBegin(WireType.STRING, setSize(key));
      for (const element1 of key) {
        output.writeString(element1);
      }
      output.writeContainerEnd();
      output.writeMapBegin(WireType.I32, WireType.STRUCT, mapSize(element));
      for (const [key1, element1] of element) {
        output.writeI32(key1);
        ShapeCodec.write(output, element1);
      }
      output.writeContainerEnd();
    }
    output.writeContainerEnd();
    checkDistinctKeys(value.groups);
    if (value.nested === undefined) throw missingField("Deep", "nested");
    output.writeField(WireType.LIST, 7);
    output.writeListBegin(WireType.SET, listSize(value.nested));
    for (const element of value.nested) {
      output.writeSetBegin(WireType.SET, listSize(element));
      for (const element1 of element) {
        output.writeSetBegin(WireType.I32, setSize(element1));
        for (const element2 of element1) {
          output.writeI32(element2);
        }
        output.writeContainerEnd();
      }
      output.writeContainerEnd();
      checkDistinct(element);
    }
    output.writeContainerEnd();
    if (value.large === undefined) throw missingField("Deep", "large");
    output.writeField(WireType.SET, 8);
    output.writeSetBegin(WireType.I64, setSize(value.large));
    for (const element of value.large) {
      output.writeI64(element);
    }
    output.writeContainerEnd();
    if (value.ratios === undefined) throw missingField("Deep", "ratios");
    output.writeField(WireType.MAP, 9);
    output.writeMapBegin(WireType.DOUBLE, WireType.BOOL, mapSize(value.ratios));
    for (const [key, element] of value.ratios) {
      output.writeDouble(key);
      output.writeBool(element);
    }
    output.writeContainerEnd();
    if (value.flags === undefined) throw missingField("Deep", "flags");
    output.writeField(WireType.SET, 10);
    output.writeSetBegin(WireType.BOOL, setSize(value.flags));
    for (const element of value.flags) {
      output.writeBool(element);
    }
    output.writeContainerEnd();
    output.writeStop();
  },
  read(input) {
    let pointsValue: readonly shared.Point[] | undefined;
    let namesValue: readonly (readonly [key: shared.Point, value: string])[] | undefined;
    let blobsValue: readonly Uint8Array[] | undefined;
    let sizesValue: readonly (readonly [key: Uint8Array, value: number])[] | undefined;
    let rowsValue: readonly (readonly number[])[] | undefined;
    let groupsValue: readonly (readonly [key: ReadonlySet<string>, value: ReadonlyMap<number, Shape>])[] | undefined;
    let nestedValue: readonly (readonly ReadonlySet<number>[])[] | undefined;
    let largeValue: ReadonlySet<bigint> | undefined;
    let ratiosValue: ReadonlyMap<number, boolean> | undefined;
    let flagsValue: ReadonlySet<boolean> | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 1 && field === WireType.SET) {
        const elements: shared.Point[] = [];
        const size = input.readSetBegin(WireType.STRUCT);
        for (let index = 0; index < size; index += 1) {
          elements.push(shared.PointCodec.read(input));
        }
        input.readContainerEnd();
        pointsValue = distinct(elements);
      } else if (input.fieldId === 2 && field === WireType.MAP) {
        const entries: (readonly [key: shared.Point, value: string])[] = [];
        const size = input.readMapBegin(WireType.STRUCT, WireType.STRING);
        for (let index = 0; index < size; index += 1) {
          const key = shared.PointCodec.read(input);
          entries.push([key, input.readString()]);
        }
        input.readContainerEnd();
        namesValue = distinctEntries(entries);
      } else if (input.fieldId === 3 && field === WireType.SET) {
        const elements: Uint8Array[] = [];
        const size = input.readSetBegin(WireType.STRING);
        for (let index = 0; index < size; index += 1) {
          elements.push(input.readBinary());
        }
        input.readContainerEnd();
        blobsValue = distinct(elements);
      } else if (input.fieldId === 4 && field === WireType.MAP) {
        const entries: (readonly [key: Uint8Array, value: number])[] = [];
        const size = input.readMapBegin(WireType.STRING, WireType.I32);
        for (let index = 0; index < size; index += 1) {
          const key = input.readBinary();
          entries.push([key, input.readI32()]);
        }
        input.readContainerEnd();
        sizesValue = distinctEntries(entries);
      } else if (input.fieldId === 5 && field === WireType.SET) {
        const elements: (readonly number[])[] = [];
        const size = input.readSetBegin(WireType.LIST);
        for (let index = 0; index < size; index += 1) {
          const elements1: number[] = [];
          const size1 = input.readListBegin(WireType.I32);
          for (let index1 = 0; index1 < size1; index1 += 1) {
            elements1.push(input.readI32());
          }
          input.readContainerEnd();
          elements.push(elements1);
        }
        input.readContainerEnd();
        rowsValue = distinct(elements);
      } else if (input.fieldId === 6 && field === WireType.MAP) {
        const entries: (readonly [key: ReadonlySet<string>, value: ReadonlyMap<number, Shape>])[] = [];
        const size = input.readMapBegin(WireType.SET, WireType.MAP);
        for (let index = 0; index < size; index += 1) {
          const elements1 = new Set<string>();
          const size1 = input.readSetBegin(WireType.STRING);
          for (let index1 = 0; index1 < size1; index1 += 1) {
            elements1.add(input.readString());
          }
          input.readContainerEnd();
          const key = elements1;
          const entries2 = new Map<number, Shape>();
          const size2 = input.readMapBegin(WireType.I32, WireType.STRUCT);
          for (let index2 = 0; index2 < size2; index2 += 1) {
            const key2 = input.readI32();
            entries2.set(key2, ShapeCodec.read(input));
          }
          input.readContainerEnd();
          entries.push([key, entries2]);
        }
        input.readContainerEnd();
        groupsValue = distinctEntries(entries);
      } else if (input.fieldId === 7 && field === WireType.LIST) {
        const elements: (readonly ReadonlySet<number>[])[] = [];
        const size = input.readListBegin(WireType.SET);
        for (let index = 0; index < size; index += 1) {
          const elements1: ReadonlySet<number>[] = [];
          const size1 = input.readSetBegin(WireType.SET);
          for (let index1 = 0; index1 < size1; index1 += 1) {
            const elements2 = new Set<number>();
            const size2 = input.readSetBegin(WireType.I32);
            for (let index2 = 0; index2 < size2; index2 += 1) {
              elements2.add(input.readI32());
            }
            input.readContainerEnd();
            elements1.push(elements2);
          }
          input.readContainerEnd();
          elements.push(distinct(elements1));
        }
        input.readContainerEnd();
        nestedValue = elements;
      } else if (input.fieldId === 8 && field === WireType.SET) {
        const elements = new Set<bigint>();
        const size = input.readSetBegin(WireType.I64);
        for (let index = 0; index < size; index += 1) {
          elements.add(input.readI64());
        }
        input.readContainerEnd();
        largeValue = elements;
      } else if (input.fieldId === 9 && field === WireType.MAP) {
        const entries = new Map<number, boolean>();
        const size = input.readMapBegin(WireType.DOUBLE, WireType.BOOL);
        for (let index = 0; index < size; index += 1) {
          const key = input.readDouble();
          entries.set(key, input.readBool());
        }
        input.readContainerEnd();
        ratiosValue = entries;
      } else if (input.fieldId === 10 && field === WireType.SET) {
        const elements = new Set<boolean>();
        const size = input.readSetBegin(WireType.BOOL);
        for (let index = 0; index < size; index += 1) {
          elements.add(input.readBool());
        }
        input.readContainerEnd();
        flagsValue = elements;
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    return {
      points: pointsValue ?? [],
      names: namesValue ?? [],
      blobs: blobsValue ?? [],
      sizes: sizesValue ?? [],
      rows: rowsValue ?? [],
      groups: groupsValue ?? [],
      nested: nestedValue ?? [],
      large: largeValue ?? new Set(),
      ratios: ratiosValue ?? new Map(),
      flags: flagsValue ?? new Set(),
    };
  },
};

/** Each requiredness. */
export interface Wanted {
  readonly required_: shared.Point;
  readonly optional_?: shared.Point | undefined;
  readonly plain: shared.Point;
  readonly numbers: readonly number[];
  readonly negative: number;
  readonly last?: number | undefined;
}

export const WantedCodec: StructCodec<Wanted> = {
  write(output, value) {
    checkStruct("Wanted", value);
    output.writeStructBegin();
    if (value.required_ === undefined) throw missingField("Wanted", "required_");
    output.writeField(WireType.STRUCT, 1);
    shared.PointCodec.write(output, value.required_);
    if (value.optional_ !== undefined) {
      output.writeField(WireType.STRUCT, 2);
      shared.PointCodec.write(output, value.optional_);
    }
    if (value.plain === undefined) throw missingField("Wanted", "plain");
    output.writeField(WireType.STRUCT, 3);
    shared.PointCodec.write(output, value.plain);
    if (value.numbers === undefined) throw missingField("Wanted", "numbers");
    output.writeField(WireType.LIST, 4);
    output.writeListBegin(WireType.I32, listSize(value.numbers));
    for (const element of value.numbers) {
      output.writeI32(element);
    }
    output.writeContainerEnd();
    if (value.negative === undefined) throw missingField("Wanted", "negative");
    output.writeField(WireType.I16, -1);
    output.writeI16(value.negative);
    if (value.last !== undefined) {
      output.writeField(WireType.I8, 32767);
      output.writeI8(value.last);
    }
    output.writeStop();
  },
  read(input) {
    let required_Value: shared.Point | undefined;
    let optional_Value: shared.Point | undefined;
    let plainValue: shared.Point | undefined;
    let numbersValue: readonly number[] | undefined;
    let negativeValue: number | undefined;
    let lastValue: number | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 1 && field === WireType.STRUCT) {
        required_Value = shared.PointCodec.read(input);
      } else if (input.fieldId === 2 && field === WireType.STRUCT) {
        optional_Value = shared.PointCodec.read(input);
      } else if (input.fieldId === 3 && field === WireType.STRUCT) {
        plainValue = shared.PointCodec.read(input);
      } else if (input.fieldId === 4 && field === WireType.LIST) {
        const elements: number[] = [];
        const size = input.readListBegin(WireType.I32);
        for (let index = 0; index < size; index += 1) {
          elements.push(input.readI32());
        }
        input.readContainerEnd();
        numbersValue = elements;
      } else if (input.fieldId === -1 && field === WireType.I16) {
        negativeValue = input.readI16();
      } else if (input.fieldId === 32767 && field === WireType.I8) {
        lastValue = input.readI8();
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    return {
      required_: required_Value ?? raise(missingField("Wanted", "required_")),
      ...(optional_Value === undefined ? {} : { optional_: optional_Value }),
      plain: plainValue ?? raise(missingField("Wanted", "plain")),
      numbers: numbersValue ?? raise(missingField("Wanted", "numbers")),
      negative: negativeValue ?? 0,
      ...(lastValue === undefined ? {} : { last: lastValue }),
    };
  },
};

/** Its message is the first text, which may be absent. */
export class Trouble extends Error {
  override readonly name = "Trouble";
  readonly reason?: string | undefined;
  readonly details: readonly string[];
  readonly cause_?: Trouble | undefined;

  constructor(
    fields: {
      readonly reason?: string | undefined;
      readonly details?: readonly string[] | undefined;
      readonly cause_?: Trouble | undefined;
    } = {},
  ) {
    super(fields.reason ?? "Trouble");
    this.reason = fields.reason;
    this.details = fields.details ?? ["none"];
    this.cause_ = fields.cause_;
  }
}

export const TroubleCodec: StructCodec<Trouble> = {
  write(output, value) {
    checkStruct("Trouble", value);
    output.writeStructBegin();
    if (value.reason !== undefined) {
      output.writeField(WireType.STRING, 1);
      output.writeString(value.reason);
    }
    if (value.details === undefined) throw missingField("Trouble", "details");
    output.writeField(WireType.LIST, 2);
    output.writeListBegin(WireType.STRING, listSize(value.details));
    for (const element of value.details) {
      output.writeString(element);
    }
    output.writeContainerEnd();
    if (value.cause_ !== undefined) {
      output.writeField(WireType.STRUCT, 3);
      TroubleCodec.write(output, value.cause_);
    }
    output.writeStop();
  },
  read(input) {
    let reasonValue: string | undefined;
    let detailsValue: readonly string[] | undefined;
    let causeValue: Trouble | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 1 && field === WireType.STRING) {
        reasonValue = input.readString();
      } else if (input.fieldId === 2 && field === WireType.LIST) {
        const elements: string[] = [];
        const size = input.readListBegin(WireType.STRING);
        for (let index = 0; index < size; index += 1) {
          elements.push(input.readString());
        }
        input.readContainerEnd();
        detailsValue = elements;
      } else if (input.fieldId === 3 && field === WireType.STRUCT) {
        causeValue = TroubleCodec.read(input);
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    return new Trouble({
      ...(reasonValue === undefined ? {} : { reason: reasonValue }),
      details: detailsValue ?? ["none"],
      ...(causeValue === undefined ? {} : { cause_: causeValue }),
    });
  },
};

export const LIMIT = 42;

export const LARGEST = 9223372036854775807n;

export const RATIO = 0.25;

export const TEXT = 'line\nline \\ "é"';

export const IS_ON = true;

export const LEVEL = 2147483647;

export const MAGIC: Uint8Array = Uint8Array.of(82, 66);

export const PATH: readonly shared.Point[] = [
  { x: 1, y: 7 },
  { x: 2, y: 3 },
];

export const SETS: ReadonlyMap<string, ReadonlySet<number>> = new Map<string, ReadonlySet<number>>([
  ["__proto__", new Set<number>()],
  ["a", new Set<number>([1, 2])],
]);

export const SHAPE: Shape = {
  kind: "group",
  value: [
    { kind: "label", value: "a" },
    { kind: "level", value: -1 },
  ],
};

export const DEFAULTS: Defaults = {
  text: 'it\'s "quoted" \\ and é',
  number: 3,
  large: 5n,
  level: 2147483647,
  segment: { first: { x: -5, y: 7 }, last: { x: 1, y: 7 } },
  list_: ["a", "b"],
  levels: new Map<bigint, number>([
    [1n, -1],
    [-9223372036854775808n, 0],
  ]),
  tiny: new Set<number>([-128, 127]),
  yes: true,
  real: -1.5e-7,
  bytes: Uint8Array.of(114, 195, 164, 117, 109),
  shape: { kind: "radius", value: 2 },
  deep: new Map<boolean, readonly ReadonlyMap<string, number>[]>([
    [false, []],
    [true, [new Map<string, number>([["a", 1]])]],
  ]),
  plain: "p",
};

export const AGAIN = 42;

export const EPOCH = 0;

export interface TypesHandler extends shared.BaseHandler {
  readonly shape: (shape: Shape, call: CallContext) => Shape | Promise<Shape>;
  readonly defaults: (defaults: Defaults, call: CallContext) => Defaults | Promise<Defaults>;
  readonly deep: (deep: Deep, call: CallContext) => Deep | Promise<Deep>;
  readonly wanted: (wanted: Wanted, call: CallContext) => Wanted | Promise<Wanted>;
  /** @throws {Trouble} */
  readonly tree: (tree: Tree, call: CallContext) => Tree | Promise<Tree>;
  /** Arguments that may be left out. */
  readonly greet: (name: string, times: number, segment: shared.Segment, call: CallContext) => string | Promise<string>;
  readonly level: (level: number, call: CallContext) => number | Promise<number>;
  readonly points: (
    points: readonly (readonly [key: shared.Point, value: readonly number[]])[],
    call: CallContext,
  ) => readonly shared.Point[] | Promise<readonly shared.Point[]>;
  readonly note: (at: bigint, call: CallContext) => void | Promise<void>;
}

const Types_shape: MethodDefinition<TypesHandler, [shape: Shape], Shape> = {
  isOneway: false,
  writeArgs(output, [shape]) {
    output.writeStructBegin();
    output.writeField(WireType.STRUCT, 1);
    ShapeCodec.write(output, shape);
    output.writeStop();
  },
  readArgs(input) {
    let shapeValue: Shape | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 1 && field === WireType.STRUCT) {
        shapeValue = ShapeCodec.read(input);
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    return [shapeValue ?? raise(missingField("shape", "shape"))];
  },
  call: (handler, args, context) => handler.shape(args[0], context),
  writeResult(output, result) {
    output.writeStructBegin();
    output.writeField(WireType.STRUCT, 0);
    ShapeCodec.write(output, result);
    output.writeStop();
  },
  writeException: () => false,
  readResult(input) {
    let successValue: Shape | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 0 && field === WireType.STRUCT) {
        successValue = ShapeCodec.read(input);
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    return successValue ?? raise(missingResult("shape"));
  },
};

const Types_defaults: MethodDefinition<TypesHandler, [defaults: Defaults], Defaults> = {
  isOneway: false,
  writeArgs(output, [defaults]) {
    output.writeStructBegin();
    output.writeField(WireType.STRUCT, 1);
    DefaultsCodec.write(output, defaults);
    output.writeStop();
  },
  readArgs(input) {
    let defaultsValue: Defaults | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 1 && field === WireType.STRUCT) {
        defaultsValue = DefaultsCodec.read(input);
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    return [defaultsValue ?? raise(missingField("defaults", "defaults"))];
  },
  call: (handler, args, context) => handler.defaults(args[0], context),
  writeResult(output, result) {
    output.writeStructBegin();
    output.writeField(WireType.STRUCT, 0);
    DefaultsCodec.write(output, result);
    output.writeStop();
  },
  writeException: () => false,
  readResult(input) {
    let successValue: Defaults | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 0 && field === WireType.STRUCT) {
        successValue = DefaultsCodec.read(input);
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    return successValue ?? raise(missingResult("defaults"));
  },
};

const Types_deep: MethodDefinition<TypesHandler, [deep: Deep], Deep> = {
  isOneway: false,
  writeArgs(output, [deep]) {
    output.writeStructBegin();
    output.writeField(WireType.STRUCT, 1);
    DeepCodec.write(output, deep);
    output.writeStop();
  },
  readArgs(input) {
    let deepValue: Deep | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 1 && field === WireType.STRUCT) {
        deepValue = DeepCodec.read(input);
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    return [deepValue ?? raise(missingField("deep", "deep"))];
  },
  call: (handler, args, context) => handler.deep(args[0], context),
  writeResult(output, result) {
    output.writeStructBegin();
    output.writeField(WireType.STRUCT, 0);
    DeepCodec.write(output, result);
    output.writeStop();
  },
  writeException: () => false,
  readResult(input) {
    let successValue: Deep | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 0 && field === WireType.STRUCT) {
        successValue = DeepCodec.read(input);
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    return successValue ?? raise(missingResult("deep"));
  },
};

const Types_wanted: MethodDefinition<TypesHandler, [wanted: Wanted], Wanted> = {
  isOneway: false,
  writeArgs(output, [wanted]) {
    output.writeStructBegin();
    output.writeField(WireType.STRUCT, 1);
    WantedCodec.write(output, wanted);
    output.writeStop();
  },
  readArgs(input) {
    let wantedValue: Wanted | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 1 && field === WireType.STRUCT) {
        wantedValue = WantedCodec.read(input);
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    return [wantedValue ?? raise(missingField("wanted", "wanted"))];
  },
  call: (handler, args, context) => handler.wanted(args[0], context),
  writeResult(output, result) {
    output.writeStructBegin();
    output.writeField(WireType.STRUCT, 0);
    WantedCodec.write(output, result);
    output.writeStop();
  },
  writeException: () => false,
  readResult(input) {
    let successValue: Wanted | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 0 && field === WireType.STRUCT) {
        successValue = WantedCodec.read(input);
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    return successValue ?? raise(missingResult("wanted"));
  },
};

const Types_tree: MethodDefinition<TypesHandler, [tree: Tree], Tree> = {
  isOneway: false,
  writeArgs(output, [tree]) {
    output.writeStructBegin();
    output.writeField(WireType.STRUCT, 1);
    TreeCodec.write(output, tree);
    output.writeStop();
  },
  readArgs(input) {
    let treeValue: Tree | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 1 && field === WireType.STRUCT) {
        treeValue = TreeCodec.read(input);
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    return [treeValue ?? raise(missingField("tree", "tree"))];
  },
  call: (handler, args, context) => handler.tree(args[0], context),
  writeResult(output, result) {
    output.writeStructBegin();
    output.writeField(WireType.STRUCT, 0);
    TreeCodec.write(output, result);
    output.writeStop();
  },
  writeException(output, error) {
    if (error instanceof Trouble) {
      output.writeStructBegin();
      output.writeField(WireType.STRUCT, 1);
      TroubleCodec.write(output, error);
      output.writeStop();
      return true;
    }
    return false;
  },
  readResult(input) {
    let successValue: Tree | undefined;
    let exception1_Value: Trouble | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 0 && field === WireType.STRUCT) {
        successValue = TreeCodec.read(input);
      } else if (input.fieldId === 1 && field === WireType.STRUCT) {
        exception1_Value = TroubleCodec.read(input);
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    if (exception1_Value !== undefined) throw exception1_Value;
    return successValue ?? raise(missingResult("tree"));
  },
};

const Types_greet: MethodDefinition<TypesHandler, [name: string, times: number, segment: shared.Segment], string> = {
  isOneway: false,
  writeArgs(output, [name, times, segment]) {
    output.writeStructBegin();
    output.writeField(WireType.STRING, 1);
    output.writeString(name);
    output.writeField(WireType.I32, 2);
    output.writeI32(times);
    output.writeField(WireType.STRUCT, 3);
    shared.SegmentCodec.write(output, segment);
    output.writeStop();
  },
  readArgs(input) {
    let nameValue: string | undefined;
    let timesValue: number | undefined;
    let segmentValue: shared.Segment | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 1 && field === WireType.STRING) {
        nameValue = input.readString();
      } else if (input.fieldId === 2 && field === WireType.I32) {
        timesValue = input.readI32();
      } else if (input.fieldId === 3 && field === WireType.STRUCT) {
        segmentValue = shared.SegmentCodec.read(input);
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    return [nameValue ?? "you", timesValue ?? 2, segmentValue ?? { first: { x: 1, y: 7 }, last: { x: 1, y: 7 } }];
  },
  call: (handler, args, context) => handler.greet(args[0], args[1], args[2], context),
  writeResult(output, result) {
    output.writeStructBegin();
    output.writeField(WireType.STRING, 0);
    output.writeString(result);
    output.writeStop();
  },
  writeException: () => false,
  readResult(input) {
    let successValue: string | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 0 && field === WireType.STRING) {
        successValue = input.readString();
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    return successValue ?? raise(missingResult("greet"));
  },
};

const Types_level: MethodDefinition<TypesHandler, [level: number], number> = {
  isOneway: false,
  writeArgs(output, [level]) {
    output.writeStructBegin();
    output.writeField(WireType.I32, 1);
    output.writeI32(level);
    output.writeStop();
  },
  readArgs(input) {
    let levelValue: number | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 1 && field === WireType.I32) {
        levelValue = input.readI32();
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    return [levelValue ?? raise(missingField("level", "level"))];
  },
  call: (handler, args, context) => handler.level(args[0], context),
  writeResult(output, result) {
    output.writeStructBegin();
    output.writeField(WireType.I32, 0);
    output.writeI32(result);
    output.writeStop();
  },
  writeException: () => false,
  readResult(input) {
    let successValue: number | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 0 && field === WireType.I32) {
        successValue = input.readI32();
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    return successValue ?? raise(missingResult("level"));
  },
};

const Types_points: MethodDefinition<
  TypesHandler,
  [points: readonly (readonly [key: shared.Point, value: readonly number[]])[]],
  readonly shared.Point[]
> = {
  isOneway: false,
  writeArgs(output, [points]) {
    output.writeStructBegin();
    output.writeField(WireType.MAP, 1);
    output.writeMapBegin(WireType.STRUCT, WireType.LIST, listSize(points));
    for (const [key, element] of points) {
      shared.PointCodec.write(output, key);
      output.writeListBegin(WireType.I32, listSize(element));
      for (const element1 of element) {
        output.writeI32(element1);
      }
      output.writeContainerEnd();
    }
    output.writeContainerEnd();
    checkDistinctKeys(points);
    output.writeStop();
  },
  readArgs(input) {
    let pointsValue: readonly (readonly [key: shared.Point, value: readonly number[]])[] | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 1 && field === WireType.MAP) {
        const entries: (readonly [key: shared.Point, value: readonly number[]])[] = [];
        const size = input.readMapBegin(WireType.STRUCT, WireType.LIST);
        for (let index = 0; index < size; index += 1) {
          const key = shared.PointCodec.read(input);
          const elements1: number[] = [];
          const size1 = input.readListBegin(WireType.I32);
          for (let index1 = 0; index1 < size1; index1 += 1) {
            elements1.push(input.readI32());
          }
          input.readContainerEnd();
          entries.push([key, elements1]);
        }
        input.readContainerEnd();
        pointsValue = distinctEntries(entries);
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    return [pointsValue ?? raise(missingField("points", "points"))];
  },
  call: (handler, args, context) => handler.points(args[0], context),
  writeResult(output, result) {
    output.writeStructBegin();
    output.writeField(WireType.SET, 0);
    output.writeSetBegin(WireType.STRUCT, listSize(result));
    for (const element of result) {
      shared.PointCodec.write(output, element);
    }
    output.writeContainerEnd();
    checkDistinct(result);
    output.writeStop();
  },
  writeException: () => false,
  readResult(input) {
    let successValue: readonly shared.Point[] | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 0 && field === WireType.SET) {
        const elements: shared.Point[] = [];
        const size = input.readSetBegin(WireType.STRUCT);
        for (let index = 0; index < size; index += 1) {
          elements.push(shared.PointCodec.read(input));
        }
        input.readContainerEnd();
        successValue = distinct(elements);
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    return successValue ?? raise(missingResult("points"));
  },
};

const Types_note: MethodDefinition<TypesHandler, [at: bigint], void> = {
  isOneway: true,
  writeArgs(output, [at]) {
    output.writeStructBegin();
    output.writeField(WireType.I64, 1);
    output.writeI64(at);
    output.writeStop();
  },
  readArgs(input) {
    let atValue: bigint | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 1 && field === WireType.I64) {
        atValue = input.readI64();
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    return [atValue ?? raise(missingField("note", "at"))];
  },
  call: (handler, args, context) => handler.note(args[0], context),
  writeResult(output) {
    output.writeStructBegin();
    output.writeStop();
  },
  writeException: () => false,
  readResult(input) {
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      input.skip(field);
    }
    input.readStructEnd();
  },
};

export const Types: ServiceDefinition<TypesHandler> = {
  name: "Types",
  methods: new Map<string, ErasedMethod<TypesHandler>>([
    ...shared.Base.methods,
    ["shape", Types_shape],
    ["defaults", Types_defaults],
    ["deep", Types_deep],
    ["wanted", Types_wanted],
    ["tree", Types_tree],
    ["greet", Types_greet],
    ["level", Types_level],
    ["points", Types_points],
    ["note", Types_note],
  ]),
};

export class TypesClient extends shared.BaseClient {
  readonly #client: ThriftClient;

  constructor(client: ThriftClient) {
    super(client);
    this.#client = client;
  }

  shape(shape: Shape, options?: CallOptions): Promise<Shape> {
    return this.#client.call("shape", Types_shape, [shape], options);
  }

  defaults(defaults: Defaults, options?: CallOptions): Promise<Defaults> {
    return this.#client.call("defaults", Types_defaults, [defaults], options);
  }

  deep(deep: Deep, options?: CallOptions): Promise<Deep> {
    return this.#client.call("deep", Types_deep, [deep], options);
  }

  wanted(wanted: Wanted, options?: CallOptions): Promise<Wanted> {
    return this.#client.call("wanted", Types_wanted, [wanted], options);
  }

  /** @throws {Trouble} */
  tree(tree: Tree, options?: CallOptions): Promise<Tree> {
    return this.#client.call("tree", Types_tree, [tree], options);
  }

  /** Arguments that may be left out. */
  greet(
    name: string = "you",
    times: number = 2,
    segment: shared.Segment = { first: { x: 1, y: 7 }, last: { x: 1, y: 7 } },
    options?: CallOptions,
  ): Promise<string> {
    return this.#client.call("greet", Types_greet, [name, times, segment], options);
  }

  level(level: number, options?: CallOptions): Promise<number> {
    return this.#client.call("level", Types_level, [level], options);
  }

  points(
    points: readonly (readonly [key: shared.Point, value: readonly number[]])[],
    options?: CallOptions,
  ): Promise<readonly shared.Point[]> {
    return this.#client.call("points", Types_points, [points], options);
  }

  note(at: bigint, options?: CallOptions): Promise<void> {
    return this.#client.call("note", Types_note, [at], options);
  }
}

/** Inherits over two files and adds one method. */
export interface MoreHandler extends TypesHandler {
  /**
   * @throws {shared.Closed}
   * @throws {Trouble}
   */
  readonly more: (call: CallContext) => void | Promise<void>;
}

const More_more: MethodDefinition<MoreHandler, [], void> = {
  isOneway: false,
  writeArgs(output) {
    output.writeStructBegin();
    output.writeStop();
  },
  readArgs(input) {
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      input.skip(field);
    }
    input.readStructEnd();
    return [];
  },
  call: (handler, _, context) => handler.more(context),
  writeResult(output) {
    output.writeStructBegin();
    output.writeStop();
  },
  writeException(output, error) {
    if (error instanceof shared.Closed) {
      output.writeStructBegin();
      output.writeField(WireType.STRUCT, 1);
      shared.ClosedCodec.write(output, error);
      output.writeStop();
      return true;
    }
    if (error instanceof Trouble) {
      output.writeStructBegin();
      output.writeField(WireType.STRUCT, 2);
      TroubleCodec.write(output, error);
      output.writeStop();
      return true;
    }
    return false;
  },
  readResult(input) {
    let exception1_Value: shared.Closed | undefined;
    let exception2_Value: Trouble | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 1 && field === WireType.STRUCT) {
        exception1_Value = shared.ClosedCodec.read(input);
      } else if (input.fieldId === 2 && field === WireType.STRUCT) {
        exception2_Value = TroubleCodec.read(input);
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    if (exception1_Value !== undefined) throw exception1_Value;
    if (exception2_Value !== undefined) throw exception2_Value;
  },
};

/** Inherits over two files and adds one method. */
export const More: ServiceDefinition<MoreHandler> = {
  name: "More",
  methods: new Map<string, ErasedMethod<MoreHandler>>([...Types.methods, ["more", More_more]]),
};

/** Inherits over two files and adds one method. */
export class MoreClient extends TypesClient {
  readonly #client: ThriftClient;

  constructor(client: ThriftClient) {
    super(client);
    this.#client = client;
  }

  /**
   * @throws {shared.Closed}
   * @throws {Trouble}
   */
  more(options?: CallOptions): Promise<void> {
    return this.#client.call("more", More_more, [], options);
  }
}
