import { RoomService, type RoomServiceHandler } from "@roombridge/models/thrift";
import { createProcessor, ThriftServer } from "@roombridge/thrift";

const [, , port, kind] = process.argv;
const info = { id: "a", expires: 0, username: "u" };
const handler: RoomServiceHandler = {
  create: () => info,
  get: () => info,
  lists: () => [info],
  pppbool: kind === "async" ? async (id) => id : (id) => id,
};
await new ThriftServer({ processors: [createProcessor(RoomService, handler)] }).listen({ port: Number(port) });
