import { describe, expect, it, onTestFinished } from "vitest";
import {
  ApplicationExceptionType,
  createProcessor,
  ThriftClient,
  ThriftServer,
  type Processor,
  type ThriftClientOptions,
} from "../src/index.ts";
import { BaseClient, Closed, ORIGIN, type Point } from "./gen/shared.ts";
import {
  Date_Codec,
  Error_,
  Function_,
  Function_Client,
  kindValue,
  type Date_,
  type Function_Handler,
} from "./gen/names.ts";
import { Level, More, MoreClient, Trouble, Types, TypesClient, type MoreHandler } from "./gen/types.ts";
import { Uuids, UuidsClient } from "./gen/uuid.ts";
import { BinaryReader } from "../src/protocol/binary-reader.ts";
import { CLIENT_DIALECTS } from "./dialects.ts";
import { RawClient, framed } from "./raw-client.ts";
import { waitFor } from "./wait-for.ts";
import { WireType } from "../src/protocol/wire-types.ts";

async function serve(...processors: readonly Processor[]) {
  const server = new ThriftServer({ processors });
  onTestFinished(() => server.close({ deadlineMs: 0 }));
  const port = await server.listen({ port: 0 });
  const open = (options: Partial<ThriftClientOptions> = {}) => {
    const client = new ThriftClient({ port, ...options });
    onTestFinished(() => client.close());
    return client;
  };
  return { port, open };
}

function moreHandler(noted: bigint[] = []): MoreHandler {
  return {
    ping(x) {
      if (x === 0) throw new Closed();
      return x;
    },
    shape: (shape) => shape,
    defaults: (defaults) => defaults,
    deep: (deep) => deep,
    wanted: (wanted) => wanted,
    tree(tree) {
      if (tree.value === 0) throw new Trouble({ reason: "no", cause_: new Trouble() });
      return tree;
    },
    greet: (name, times, segment) => `${name} ${times} ${segment.first.x} ${segment.last.y}`,
    level: (level) => level + 1,
    points: (points) => points.map(([point]) => point),
    note: (at) => void noted.push(at),
    more() {
      throw new Closed({ code: 9 });
    },
  };
}

describe("a service that extends another", () => {
  it("answers the methods of its parents, in whatever file they are", async () => {
    const { open } = await serve(createProcessor(More, moreHandler()));
    const client = new MoreClient(open());
    expect([await client.ping(5), await client.ping()]).toEqual([5, 3]);
    await expect(client.ping(0)).rejects.toThrow(Closed);
    await expect(client.more()).rejects.toMatchObject({ code: 9, name: "Closed" });
  });

  it("answers the clients of its parents", async () => {
    const { open } = await serve(createProcessor(More, moreHandler()));
    expect(await new BaseClient(open()).ping(7)).toBe(7);
    expect(await new TypesClient(open({ serviceName: "More" })).level(Level.LOW)).toBe(0);
  });

  it("gives its parents nothing", async () => {
    const { open } = await serve(createProcessor(Types, moreHandler()));
    const call = new MoreClient(open()).more();
    await expect(call).rejects.toMatchObject({ type: ApplicationExceptionType.UNKNOWN_METHOD });
  });
});

describe("calls", () => {
  it("may leave out arguments with defaults, here and at other peers", async () => {
    const { open, port } = await serve(createProcessor(More, moreHandler()));
    const client = new MoreClient(open());
    expect(await client.greet()).toBe("you 2 1 7");
    expect(await client.greet("me", undefined, { first: ORIGIN, last: ORIGIN })).toBe("me 2 0 0");
    const raw = await RawClient.open(port);
    onTestFinished(() => void raw.socket.destroy());
    raw.send(framed("greet"));
    await waitFor("the answer", () => raw.answers.length === 1);
    const reader = raw.answers[0]?.reader ?? new BinaryReader(Buffer.alloc(0));
    expect([reader.readField(), reader.readString()]).toEqual([WireType.STRING, "you 2 1 7"]);
  });

  it.each(CLIENT_DIALECTS)("carry unions, deep keys, and exceptions within exceptions: %s", async (_, dialect) => {
    const noted: bigint[] = [];
    const { open } = await serve(createProcessor(More, moreHandler(noted)));
    const client = new MoreClient(open(dialect));
    const shape = { kind: "group", value: [{ kind: "label", value: "a" }] } as const;
    expect(await client.shape(shape)).toEqual(shape);
    const points = [
      [ORIGIN, [Level.LOW]],
      [{ x: 1, y: 1 }, []],
    ] as const satisfies readonly (readonly [Point, unknown])[];
    expect(await client.points(points)).toEqual([ORIGIN, { x: 1, y: 1 }]);
    await expect(client.tree({ value: 0 })).rejects.toMatchObject({ reason: "no", cause_: new Trouble() });
    await client.note(5n);
    await client.level(1);
    expect(noted).toEqual([5n]);
  });

  it("with a union that the server does not know are refused, and the connection goes on", async () => {
    const { port } = await serve(createProcessor(More, moreHandler()));
    const raw = await RawClient.open(port);
    onTestFinished(() => void raw.socket.destroy());
    raw.send(
      framed("shape", (output) => {
        output.writeField(WireType.STRUCT, 1);
        output.writeStructBegin();
        output.writeField(WireType.STRING, 99);
        output.writeString("from a newer client");
        output.writeStop();
        output.writeStop();
      }),
      framed("greet"),
    );
    await waitFor("both answers", () => raw.answers.length === 2);
    expect(raw.exception(0)).toEqual({
      type: ApplicationExceptionType.PROTOCOL_ERROR,
      message: "Shape holds no field that is known here",
    });
  });

  it("with what holds itself fail alone and are not sent", async () => {
    const { open } = await serve(createProcessor(More, moreHandler()));
    const client = new MoreClient(open());
    const group: never[] = [];
    const loop = { kind: "group", value: group } as const;
    group.push(loop as never);
    await expect(client.shape(loop)).rejects.toMatchObject({ code: "depth_limit" });
    expect(await client.ping(1)).toBe(1);
  });

  it("carry UUIDs", async () => {
    const { open } = await serve(createProcessor(Uuids, { echo: (id) => id }));
    const id = "00112233-4455-6677-8899-aabbccddeeff";
    expect(await new UuidsClient(open()).echo(id)).toBe(id);
  });
});

describe("names that mean something in TypeScript", () => {
  const date = (more: Partial<Date_> = {}): Date_ => ({
    await: true,
    let: 1,
    input: "i",
    output: "o",
    value: "v",
    field: 2,
    inputValue: 3,
    ...more,
  });
  const handler: Function_Handler = {
    constructor_: (call, options, context, last) => call + options + context + last,
    toString_: (a, b, c, d) => [a, b, c, d].join(" "),
    other: (a, b, c) => [a, b, c].join(" "),
    hasOwnProperty_(value, set) {
      if (set.has("error")) throw new Error_({ message_: 1, name_: "n", stack_: "s", constructor_: "c" });
      if (set.has("kind")) throw new kindValue({ kind: "k" });
      return value;
    },
    __proto___: (which, input, output) => (input.WireType.size > 0 ? which : output),
  };

  it("work as those of methods, arguments and types, with their own names on the wire", async () => {
    expect([...Function_.methods.keys()]).toEqual(["constructor", "toString", "other", "hasOwnProperty", "__proto__"]);
    const { open } = await serve(createProcessor(Function_, handler));
    const client = new Function_Client(open({ serviceName: "Function" }));
    expect(await client.constructor_(1, 2, 3, 4)).toBe(10);
    expect(await client.toString_("a", "b", "c", "d")).toBe("a b c d");
    expect(await client.other("a", "b", "c")).toBe("a b c");
    expect(await client.hasOwnProperty_(date())).toEqual(date());
    const map = { kind: "__proto__", value: "p" } as const;
    expect(await client.__proto___(map, { WireType: new Map([["__proto__", date()]]) }, map)).toEqual(map);
  });

  it("work as those of the fields of an exception, beside what every error has", async () => {
    const { open } = await serve(createProcessor(Function_, handler));
    const client = new Function_Client(open());
    const fields = { message_: 1, name_: "n", stack_: "s", constructor_: "c" };
    await expect(client.hasOwnProperty_(date(), new Set(["error"]))).rejects.toMatchObject(fields);
    await expect(client.hasOwnProperty_(date(), new Set(["error"]))).rejects.toBeInstanceOf(Error);
    await expect(client.hasOwnProperty_(date(), new Set(["kind"]))).rejects.toThrow(kindValue);
  });

  it("are absent where an object has them only by inheritance", async () => {
    const { open } = await serve(createProcessor(Function_, handler));
    const client = new Function_Client(open());
    const full = date({ constructor_: 1, __proto___: 2, toString_: "t", hasOwnProperty_: 3, valueOf_: date() });
    expect(await client.hasOwnProperty_(full)).toEqual(full);
    expect(Object.keys(await client.hasOwnProperty_(date()))).not.toContain("toString_");
    expect(Date_Codec.read(new BinaryReader(Buffer.from("02000501" + "00", "hex")))).toMatchObject({
      await: true,
      let: 0,
    });
  });
});
