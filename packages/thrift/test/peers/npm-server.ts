// Serves RoomService with npm's thrift until its input ends; prints its port. Arguments: generated code, framed or buffered,
// protocol, plain or multiplexed.
import { createRequire } from "node:module";
import type { Server } from "node:net";
import { join } from "node:path";
import thrift from "thrift";
import { npmProtocol } from "./npm-protocol.ts";

interface Multiplexing {
  readonly MultiplexedProcessor: new () => { registerProcessor(name: string, processor: object): void };
  readonly createMultiplexServer: (processor: object, options: object) => Server;
}

const [directory = "", transport = "", protocol = "", name = ""] = process.argv.slice(2);
const require = createRequire(join(directory, "main.cjs"));
const RoomService: { Processor: new (handler: object) => object } = require(join(directory, "RoomService.js"));
const types: {
  RoomInfo: new (fields: object) => object;
  RoomNotFoundException: new (fields: object) => Error;
} = require(join(directory, "room_types.js"));

// npm's processor counts parameters: as many as the IDL has, or the call is never answered.
const handler = {
  create: async () => new types.RoomInfo({ id: "new", expires: 1.5, username: "u", password: "p" }),
  get: async (id: string) => {
    if (id === "missing") throw new types.RoomNotFoundException({ reason: "gone" });
    if (id === "broken") throw new Error("no database");
    return new types.RoomInfo({ id, expires: 2, username: "u" });
  },
  lists: async () => [1, 2].map((id) => new types.RoomInfo({ id: String(id), expires: id, username: "u" })),
  pppbool: async (id: boolean) => id,
};
const options = {
  transport: transport === "framed" ? thrift.TFramedTransport : thrift.TBufferedTransport,
  protocol: npmProtocol(protocol),
};
server().listen(0, "127.0.0.1", function (this: Server) {
  const address = this.address();
  console.log(typeof address === "object" ? address?.port : address);
});
process.stdin.on("end", () => process.exit(0)).resume();

function server(): Server {
  if (name !== "multiplexed") return thrift.createServer(RoomService as never, handler, options as never) as Server;
  // The published types lack both.
  const { MultiplexedProcessor, createMultiplexServer } = thrift as unknown as Multiplexing;
  const processor = new MultiplexedProcessor();
  processor.registerProcessor("RoomService", new RoomService.Processor(handler));
  return createMultiplexServer(processor, options);
}
