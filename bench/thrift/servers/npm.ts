// npm's thrift, in a folder that holds the generated code and the library.
import { createRequire } from "node:module";
import { join } from "node:path";

interface Listening {
  listen(port: number, host: string): void;
  on(event: "error", listener: () => void): void;
}
interface Thrift {
  createServer(service: object, handler: object, options: object): Listening;
  readonly TFramedTransport: object;
  readonly TBinaryProtocol: object;
}

const require = createRequire(join(process.cwd(), "main.cjs"));
const thrift = require("thrift") as Thrift;
const service = require("./gen/RoomService.js") as object;
const handler = { pppbool: async (id: boolean) => id };
const options = { transport: thrift.TFramedTransport, protocol: thrift.TBinaryProtocol };
const server = thrift.createServer(service, handler, options);
// Without a listener a client that resets its connection ends this process.
server.on("error", () => {});
server.listen(Number(process.argv[2]), "127.0.0.1");
