import { RoomService, type RoomServiceHandler } from "@roombridge/models/thrift";
import { createProcessor, ThriftServer, toCallMetric, type ServerEvent } from "@roombridge/thrift";

const [, , port, kind] = process.argv;
const info = { id: "a", expires: 0, username: "u" };
const handler: RoomServiceHandler = {
  create: () => info,
  get: () => info,
  lists: () => [info],
  pppbool: kind === "async" ? async (id) => id : (id) => id,
};
/** As a histogram would: one count for each method, outcome and order of magnitude. */
const counts = new Map<string, number>();
const record = (event: ServerEvent) => {
  if (event.type !== "call") return;
  const { value, attributes } = toCallMetric(event);
  const bucket = `${attributes["rpc.method"]} ${attributes["error.type"] ?? ""} ${Math.ceil(Math.log2(value))}`;
  counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
};
await new ThriftServer({
  processors: [createProcessor(RoomService, handler)],
  ...(kind === "metered" ? { onEvent: record } : {}),
}).listen({ port: Number(port) });
