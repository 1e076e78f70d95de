// npm's thrift. Arguments: see ../peers.ts.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";

const [role = "", kind = "", encoding = "", naming = "", port = "", certificate] = process.argv.slice(2);
const require = createRequire(join(process.cwd(), "main.cjs"));

type Call = (...args: readonly unknown[]) => Promise<unknown>;
type Client<Methods extends string> = Readonly<Record<Methods, Call>>;
interface Room {
  readonly id: string;
}
type Fields = new (fields?: object) => object;
interface Connection {
  end(): void;
  on(event: "error", listener: (error: Error) => void): void;
}
interface Listening {
  listen(port: number, host: string): void;
  on(event: "error", listener: (error: Error) => void): void;
}
type Connect = (host: string, port: number, options: object) => Connection;

/** The published types lack most of this. */
const thrift = require("thrift") as Readonly<Record<string, unknown>> & {
  readonly createConnection: Connect;
  readonly createSSLConnection: Connect;
  readonly createHttpConnection: Connect;
  readonly createClient: (generated: object, connection: Connection) => object;
  readonly createHttpClient: (generated: object, connection: Connection) => object;
  readonly Multiplexer: new () => { createClient(name: string, generated: object, connection: Connection): object };
  readonly MultiplexedProcessor: new () => { registerProcessor(name: string, processor: object): void };
  readonly createServer: (service: object, handler: object, options: object) => Listening;
  readonly createMultiplexServer: (processor: object, options: object) => Listening;
  readonly createWebServer: (options: object) => Listening;
};
const RoomService = require("./gen/RoomService.js") as { readonly Processor: new (handler: object) => object };
const Stranger = require("./gen/Stranger.js") as object;
const types = require("./gen/room_types.js") as Readonly<
  Record<"RoomInfo" | "RoomNotFoundException" | "Sample", Fields>
>;

const PROTOCOLS: Record<string, string> = {
  binary: "TBinaryProtocol",
  compact: "TCompactProtocol",
  json: "TJSONProtocol",
};
const options = {
  transport: thrift[kind === "framed" ? "TFramedTransport" : "TBufferedTransport"],
  protocol: thrift[PROTOCOLS[encoding] ?? ""],
};
await (role === "client" ? call() : serve());

async function call(): Promise<void> {
  const connection = connect();
  connection.on("error", (error) => fail(error));
  // Nothing that npm's client waits for ever ends by itself.
  const deadline = setTimeout(() => fail(new Error("no answer within 20 s")), 20_000);
  const create = kind === "http" ? thrift.createHttpClient : thrift.createClient;
  const rooms = (
    naming === "multiplexed"
      ? new thrift.Multiplexer().createClient("RoomService", RoomService, connection)
      : create(RoomService, connection)
  ) as Client<"create" | "get" | "lists" | "pppbool" | "fill" | "nobody" | "tell">;
  const big = "x".repeat(60_000);
  const calls: Record<string, () => Promise<unknown>> = {
    true: () => rooms.pppbool(true),
    false: () => rooms.pppbool(false),
    create: () => rooms.create(),
    get: () => rooms.get("here"),
    unicode: () => rooms.get("grüße 🎲"),
    big: async () => ((await rooms.get(big)) as Room).id === big,
    lists: () => rooms.lists(),
    nobody: () => rooms.nobody(),
    missing: () => rooms.get("missing"),
    broken: () => rooms.get("broken"),
    async tell() {
      const told = rooms.tell("hello 🎲");
      const answer = await rooms.pppbool(true);
      await told;
      return answer;
    },
    async fill() {
      const full = (await rooms.fill(new types.Sample())) as { readonly text: string | null };
      return full.text !== null && isDeepStrictEqual(await rooms.fill(full), full);
    },
    absent,
    again: () => rooms.pppbool(true),
  };
  for (const [name, attempt] of Object.entries(calls)) {
    const answer = await attempt().then((value) => ({ answer: value ?? null }), described);
    // Absent fields are null here.
    console.log(JSON.stringify({ call: name, ...answer }, (_, value: unknown) => value ?? undefined));
  }
  clearTimeout(deadline);
  if (kind !== "http") connection.end();
}

function connect(): Connection {
  const number = Number(port);
  if (kind === "http") return thrift.createHttpConnection("127.0.0.1", number, { ...options, path: "/" });
  if (certificate === undefined) return thrift.createConnection("127.0.0.1", number, options);
  return thrift.createSSLConnection("127.0.0.1", number, { ...options, ca: readFileSync(certificate) });
}

/** On a connection of its own: npm gives all answers of a connection to the client that was made on it last. */
async function absent(): Promise<unknown> {
  const connection = connect();
  connection.on("error", (error) => fail(error));
  const create = kind === "http" ? thrift.createHttpClient : thrift.createClient;
  try {
    return await (create(Stranger, connection) as Client<"absent">).absent(true);
  } finally {
    if (kind !== "http") connection.end();
  }
}

function described(error: { readonly reason?: string; readonly type?: number; readonly message: string }): object {
  if (error.reason !== undefined) return { declared: error.reason };
  return { application: error.type, message: error.message };
}

function fail(error: Error): void {
  console.error(error);
  process.exit(1);
}

function serve(): void {
  // npm's processor counts parameters: as many as the IDL has, or the call is never answered.
  const handler = {
    create: async () =>
      new types.RoomInfo({ id: "new", expires: 1_763_720_000.25, username: "new.grüße", password: "s3cret" }),
    get: async (id: string) => {
      if (id === "missing") throw new types.RoomNotFoundException({ reason: "room missing does not exist" }) as Error;
      if (id === "broken") throw new Error("broken");
      return new types.RoomInfo({ id, expires: 1.5, username: "u" });
    },
    lists: async () => ["a", "b"].map((id) => new types.RoomInfo({ id, expires: 0, username: id })),
    pppbool: async (id: boolean) => id,
    fill: async (sample: object) => sample,
    nobody: async () => [],
    tell: async (what: string) => what,
  };
  const server = naming === "multiplexed" ? multiplexing(handler) : alone(handler);
  server.on("error", () => {});
  server.listen(Number(port), "127.0.0.1");
}

function alone(handler: object): Listening {
  if (kind === "http")
    return thrift.createWebServer({ services: { "/": { ...options, processor: RoomService, handler } } });
  return thrift.createServer(RoomService, handler, options);
}

function multiplexing(handler: object): Listening {
  const processor = new thrift.MultiplexedProcessor();
  processor.registerProcessor("RoomService", new RoomService.Processor(handler));
  return thrift.createMultiplexServer(processor, options);
}
