// Calls RoomService with npm's thrift and prints what it reads. Arguments: generated code, port, framed, buffered, http or
// header, protocol, plain or multiplexed, and for TLS the files of the authority, the certificate and the key. Over HTTP it bears
// the token "interop".
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import thrift from "thrift";
import { npmProtocol } from "./npm-protocol.ts";

interface RoomClient {
  create(): Promise<unknown>;
  get(id: string): Promise<unknown>;
  lists(): Promise<unknown>;
  pppbool(id: boolean): Promise<unknown>;
}

interface Headers {
  readonly THeaderProtocol: typeof thrift.TBinaryProtocol;
}

const [directory = "", port = "", transport = "", protocol = "", name = "", ...tls] = process.argv.slice(2);
const generated: { Client: new () => object } = createRequire(join(directory, "main.cjs"))(
  join(directory, "RoomService.js"),
);
const options = {
  transport: transport === "framed" ? thrift.TFramedTransport : thrift.TBufferedTransport,
  // The published types lack it.
  protocol: transport === "header" ? (thrift as unknown as Headers).THeaderProtocol : npmProtocol(protocol),
};
const [ca, cert, key] = tls.map((file) => readFileSync(file));
const connection = connect();
const client = (name === "multiplexed"
  ? new thrift.Multiplexer().createClient("RoomService", generated as never, connection)
  : thrift.createClient(generated as never, connection)) as unknown as RoomClient;

function connect(): thrift.Connection {
  if (transport === "http") {
    const headers = { Authorization: "Bearer interop" };
    const http = { ...options, headers, https: ca !== undefined, nodeOptions: { ca, cert, key } };
    return thrift.createHttpConnection("localhost", Number(port), http as never) as unknown as thrift.Connection;
  }
  if (!ca) return thrift.createConnection("127.0.0.1", Number(port), options);
  return thrift.createSSLConnection("localhost", Number(port), { ...options, ca, cert, key } as never);
}

const caught = (call: Promise<unknown>) =>
  call.then(
    () => "no error",
    (error: { name: string; type?: number; reason?: string; message: unknown }) =>
      error.reason === undefined ? [error.name, error.type, error.message] : [error.name, error.reason],
  );

const calls = [
  () => client.create(),
  () => client.get("here"),
  () => client.lists(),
  () => client.pppbool(true),
  () => client.pppbool(false),
  () => caught(client.get("missing")),
  () => caught(client.get("broken")),
];
const answers: unknown[] = [];
if (transport === "header") {
  // npm looks for a header at the start of its buffer only: one answer at a time.
  for (const call of calls) answers.push(await call());
} else {
  // All at once: npm's client pipelines.
  answers.push(...(await Promise.all(calls.map((call) => call()))));
}
console.log(JSON.stringify(answers));
if (transport !== "http") connection.end();
