import { createSocket, type RemoteInfo } from "node:dgram";
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { expect, test } from "vitest";
import { answersStun } from "./stun-probe.ts";
import { findFreePort } from "./free-port.ts";

const HOST = "127.0.0.1";
const LONG_MS = 10_000;

/** The answer of a STUN server, cut down to what identifies it. */
function answer(request: Buffer): Buffer {
  const success = Buffer.from(request);
  success.writeUInt16BE(0x0101, 0);
  return success;
}

test.each([
  ["its success answer", answer, true],
  ["a refusal", (request: Buffer) => Buffer.concat([Buffer.from([1, 0x11]), request.subarray(2)]), false],
  [
    "another transaction",
    (request: Buffer) => Buffer.concat([answer(request).subarray(0, 19), Buffer.from([request.readUInt8(19) ^ 0xff])]),
    false,
  ],
  ["too little", (request: Buffer) => answer(request).subarray(0, 10), false],
])("over UDP, %s counts: %#", async (_, reply, expected) => {
  const socket = createSocket("udp4");
  socket.on("message", (request: Buffer, from: RemoteInfo) => {
    socket.send(reply(request), from.port, from.address);
  });
  socket.bind(0, HOST);
  await once(socket, "listening");
  expect(await answersStun("udp", HOST, socket.address().port, expected ? LONG_MS : 200)).toBe(expected);
  socket.close();
});

test.each([
  ["its success answer", (request: Buffer, socket: Socket) => socket.write(answer(request)), true],
  [
    "an answer in two pieces",
    (request: Buffer, socket: Socket) => {
      socket.write(answer(request).subarray(0, 7), () => socket.write(answer(request).subarray(7)));
    },
    true,
  ],
  ["an HTTP answer", (_request: Buffer, socket: Socket) => socket.write("HTTP/1.1 400 Bad Request\r\n"), false],
  ["a closed connection", (_request: Buffer, socket: Socket) => socket.destroy(), false],
])("over TCP, %s counts: %#", async (_, reply, expected) => {
  const server = createServer((socket) => socket.setNoDelay().on("data", (request: Buffer) => reply(request, socket)));
  server.listen(0, HOST);
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  expect(await answersStun("tcp", HOST, port, LONG_MS)).toBe(expected);
  server.close();
});

test.each(["udp", "tcp"] as const)("nobody on the %s port is no answer and no error", async (transport) => {
  expect(await answersStun(transport, HOST, await findFreePort(HOST), 200)).toBe(false);
});
