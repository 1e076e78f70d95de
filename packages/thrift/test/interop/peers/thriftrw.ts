// Uber's thriftrw as a client. It is a codec without transports: the socket here is Node's. Arguments: see ../peers.ts.
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { connect } from "node:net";
import { isDeepStrictEqual } from "node:util";

const [, kind = "", encoding = "", naming = "", port = ""] = process.argv.slice(2);

type Fields = Readonly<Record<string, unknown>>;
interface Message {
  readonly id: number;
  readonly name: string;
  readonly type: string;
  readonly version: number;
  readonly body: Fields;
}
interface Codec {
  /** Throws RangeError, or answers an error, while the message is not all there; an exception is an error beside its message. */
  poolReadFrom(result: object, bytes: Buffer, at: number): { readonly value?: Message | null };
}
interface Method {
  readonly name: string;
  readonly oneway: boolean;
  readonly Arguments: new (fields: Fields) => Fields;
  readonly ArgumentsMessage: new (message: Partial<Message>) => Message;
  readonly argumentsMessageRW: Codec;
  readonly resultMessageRW: Codec;
}
type Methods = Readonly<Record<string, Method>>;

// Neither has types.
const require = createRequire(import.meta.url);
const { Thrift } = require("thriftrw") as {
  readonly Thrift: new (
    options: object,
  ) => Record<"RoomService" | "Stranger", Methods> & Readonly<Record<"Sample", new () => Fields>>;
};
const { toBuffer, ReadResult } = createRequire(require.resolve("thriftrw"))("bufrw") as {
  readonly toBuffer: (codec: Codec, message: Message) => Buffer;
  readonly ReadResult: new () => object;
};

const thrift = new Thrift({
  entryPoint: "room.thrift",
  idls: { "room.thrift": readFileSync("room.thrift", "utf8") },
  strict: false,
  allowOptionalArguments: true,
});
/** 0: messages as they were before they had a version. */
const version = encoding === "binary" ? 1 : 0;
/** What it calls the types of TApplicationException. */
const TYPES: Readonly<Record<string, number>> = { UNKNOWN: 0, UNKNOWN_METHOD: 1, INTERNAL_ERROR: 6 };

/** What a call ended with instead of an answer. */
class Failure extends Error {
  readonly shown: object;

  constructor(shown: object) {
    super("the call failed");
    this.shown = shown;
  }
}

await call();

function encode(codec: Codec, message: Message): Buffer {
  const bytes = toBuffer(codec, message);
  if (kind === "unframed") return bytes;
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** Undefined while the message is not all there. */
function decode(codec: Codec, bytes: Buffer): Message | undefined {
  const head = kind === "framed" ? 4 : 0;
  if (head > 0 && (bytes.length < head || bytes.length < head + bytes.readUInt32BE(0))) return undefined;
  try {
    return codec.poolReadFrom(new ReadResult(), bytes.subarray(head), 0).value ?? undefined;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

async function call(): Promise<void> {
  const socket = connect({ host: "127.0.0.1", port: Number(port), noDelay: true });
  await once(socket, "connect");
  setTimeout(() => process.exit(1), 20_000).unref();
  let id = 0;
  const ask = async (method: Method | undefined, args: Fields = {}, prefix = "RoomService:"): Promise<unknown> => {
    if (!method) throw new Error("no such method");
    id += 1;
    const name = naming === "multiplexed" ? prefix + method.name : method.name;
    const body = new method.Arguments(args);
    const message = new method.ArgumentsMessage({ id, name, version, body });
    socket.write(encode(method.argumentsMessageRW, message));
    if (method.oneway) return undefined;
    let heard = Buffer.alloc(0);
    for (;;) {
      const [chunk] = (await once(socket, "data")) as [Buffer];
      heard = Buffer.concat([heard, chunk]);
      const answer = decode(method.resultMessageRW, heard);
      if (answer?.id === id) return resultOf(answer);
    }
  };
  const { RoomService: rooms, Stranger: strangers } = thrift;
  const big = "x".repeat(60_000);
  const calls: Readonly<Record<string, () => Promise<unknown>>> = {
    true: () => ask(rooms["pppbool"], { id: true }),
    false: () => ask(rooms["pppbool"], { id: false }),
    create: () => ask(rooms["create"]),
    get: () => ask(rooms["get"], { id: "here" }),
    unicode: () => ask(rooms["get"], { id: "grüße 🎲" }),
    big: async () => ((await ask(rooms["get"], { id: big })) as Fields)["id"] === big,
    lists: () => ask(rooms["lists"]),
    nobody: () => ask(rooms["nobody"]),
    missing: () => ask(rooms["get"], { id: "missing" }),
    broken: () => ask(rooms["get"], { id: "broken" }),
    async tell() {
      await ask(rooms["tell"], { what: "hello 🎲" });
      return ask(rooms["pppbool"], { id: true });
    },
    async fill() {
      const full = (await ask(rooms["fill"], { sample: new thrift.Sample() })) as Fields;
      // It reads an i8 without its sign, and then refuses to write it.
      const tiny = Number(full["tiny"]) - 256;
      const again = await ask(rooms["fill"], { sample: Object.assign(new thrift.Sample(), full, { tiny }) });
      return full["text"] !== null && isDeepStrictEqual(again, full);
    },
    absent: () => ask(strangers["absent"], { id: true }, ""),
    again: () => ask(rooms["pppbool"], { id: true }),
  };
  for (const [name, make] of Object.entries(calls)) {
    const answer = await make().then(
      (value) => ({ answer: value }),
      (error: unknown) => {
        if (error instanceof Failure) return error.shown;
        throw error;
      },
    );
    // Absent fields are null here.
    console.log(JSON.stringify({ call: name, ...answer }, (_, value: unknown) => value ?? undefined));
  }
  socket.destroy();
}

/** Throws Failure for an exception. */
function resultOf({ type, body }: Message): unknown {
  if (type === "EXCEPTION") throw new Failure({ application: TYPES[String(body["type"])], message: body["message"] });
  const declared = body["not_found"] as { readonly reason: string } | null | undefined;
  if (declared) throw new Failure({ declared: declared.reason });
  return body["success"];
}
