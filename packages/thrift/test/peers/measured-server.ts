// A server in a process of its own. Prints its port; for every line that it reads, how many bytes of memory it has and how
// many connections. Ends with its input.
import { createInterface } from "node:readline";
import { createProcessor, ThriftServer } from "../../src/index.ts";
import { Every } from "../every.ts";
import { everyHandler } from "../every-handler.ts";

const server = new ThriftServer({ processors: [createProcessor(Every, everyHandler())] });
console.log(await server.listen({ port: 0 }));
const lines = createInterface(process.stdin);
lines.on("line", () => {
  globalThis.gc?.();
  console.log(JSON.stringify({ bytes: process.memoryUsage().rss, connections: server.connections }));
});
lines.on("close", () => process.exit(0));
