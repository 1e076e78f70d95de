// Generated from uuid.thrift by @roombridge/thrift. Do not edit.
import {
  type CallContext,
  type CallOptions,
  checkStruct,
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
  WireType,
} from "../../src/index.ts";

export type Id = string;

export const Kind = {
  ONE: 1,
} as const;

/** Open: a peer with a newer IDL may send other numbers. */
export type Kind = number;

/** What newer compilers than 0.17 print: they know uuid, and name enums. */
export interface Ids {
  readonly id: string;
  readonly others: ReadonlySet<string>;
  readonly names: ReadonlyMap<string, string>;
  readonly kind: number;
  readonly root: string;
  readonly kinds: readonly number[];
}

/** Ids with its defaults for what is left out. */
export function createIds(fields: Omit<Ids, "kind" | "root"> & Partial<Pick<Ids, "kind" | "root">>): Ids {
  return { ...fields, kind: fields.kind ?? 1, root: fields.root ?? "00112233-4455-6677-8899-aabbccddeeff" };
}

export const IdsCodec: StructCodec<Ids> = {
  write(output, value) {
    checkStruct("Ids", value);
    output.writeStructBegin();
    if (value.id === undefined) throw missingField("Ids", "id");
    output.writeField(WireType.UUID, 1);
    output.writeUuid(value.id);
    if (value.others === undefined) throw missingField("Ids", "others");
    output.writeField(WireType.SET, 2);
    output.writeSetBegin(WireType.UUID, setSize(value.others));
    for (const element of value.others) {
      output.writeUuid(element);
    }
    output.writeContainerEnd();
    if (value.names === undefined) throw missingField("Ids", "names");
    output.writeField(WireType.MAP, 3);
    output.writeMapBegin(WireType.UUID, WireType.STRING, mapSize(value.names));
    for (const [key, element] of value.names) {
      output.writeUuid(key);
      output.writeString(element);
    }
    output.writeContainerEnd();
    if (value.kind === undefined) throw missingField("Ids", "kind");
    output.writeField(WireType.I32, 4);
    output.writeI32(value.kind);
    if (value.root === undefined) throw missingField("Ids", "root");
    output.writeField(WireType.UUID, 5);
    output.writeUuid(value.root);
    if (value.kinds === undefined) throw missingField("Ids", "kinds");
    output.writeField(WireType.LIST, 6);
    output.writeListBegin(WireType.I32, listSize(value.kinds));
    for (const element of value.kinds) {
      output.writeI32(element);
    }
    output.writeContainerEnd();
    output.writeStop();
  },
  read(input) {
    let idValue: string | undefined;
    let othersValue: ReadonlySet<string> | undefined;
    let namesValue: ReadonlyMap<string, string> | undefined;
    let kindValue: number | undefined;
    let rootValue: string | undefined;
    let kindsValue: readonly number[] | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 1 && field === WireType.UUID) {
        idValue = input.readUuid();
      } else if (input.fieldId === 2 && field === WireType.SET) {
        const elements = new Set<string>();
        const size = input.readSetBegin(WireType.UUID);
        for (let index = 0; index < size; index += 1) {
          elements.add(input.readUuid());
        }
        input.readContainerEnd();
        othersValue = elements;
      } else if (input.fieldId === 3 && field === WireType.MAP) {
        const entries = new Map<string, string>();
        const size = input.readMapBegin(WireType.UUID, WireType.STRING);
        for (let index = 0; index < size; index += 1) {
          const key = input.readUuid();
          entries.set(key, input.readString());
        }
        input.readContainerEnd();
        namesValue = entries;
      } else if (input.fieldId === 4 && field === WireType.I32) {
        kindValue = input.readI32();
      } else if (input.fieldId === 5 && field === WireType.UUID) {
        rootValue = input.readUuid();
      } else if (input.fieldId === 6 && field === WireType.LIST) {
        const elements: number[] = [];
        const size = input.readListBegin(WireType.I32);
        for (let index = 0; index < size; index += 1) {
          elements.push(input.readI32());
        }
        input.readContainerEnd();
        kindsValue = elements;
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    return {
      id: idValue ?? raise(missingField("Ids", "id")),
      others: othersValue ?? new Set(),
      names: namesValue ?? new Map(),
      kind: kindValue ?? 1,
      root: rootValue ?? "00112233-4455-6677-8899-aabbccddeeff",
      kinds: kindsValue ?? [],
    };
  },
};

export const NIL = "00000000-0000-0000-0000-000000000000";

export interface UuidsHandler {
  readonly echo: (id: string, call: CallContext) => string | Promise<string>;
}

const Uuids_echo: MethodDefinition<UuidsHandler, [id: string], string> = {
  isOneway: false,
  writeArgs(output, [id]) {
    output.writeStructBegin();
    output.writeField(WireType.UUID, 1);
    output.writeUuid(id);
    output.writeStop();
  },
  readArgs(input) {
    let idValue: string | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 1 && field === WireType.UUID) {
        idValue = input.readUuid();
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    return [idValue ?? raise(missingField("echo", "id"))];
  },
  call: (handler, args, context) => handler.echo(args[0], context),
  writeResult(output, result) {
    output.writeStructBegin();
    output.writeField(WireType.UUID, 0);
    output.writeUuid(result);
    output.writeStop();
  },
  writeException: () => false,
  readResult(input) {
    let successValue: string | undefined;
    input.readStructBegin();
    for (let field = input.readField(); field !== WireType.STOP; field = input.readField()) {
      if (input.fieldId === 0 && field === WireType.UUID) {
        successValue = input.readUuid();
      } else {
        input.skip(field);
      }
    }
    input.readStructEnd();
    return successValue ?? raise(missingResult("echo"));
  },
};

export const Uuids: ServiceDefinition<UuidsHandler> = {
  name: "Uuids",
  methods: new Map<string, ErasedMethod<UuidsHandler>>([["echo", Uuids_echo]]),
};

export class UuidsClient {
  readonly #client: ThriftClient;

  constructor(client: ThriftClient) {
    this.#client = client;
  }

  echo(id: string, options?: CallOptions): Promise<string> {
    return this.#client.call("echo", Uuids_echo, [id], options);
  }
}
