import { randomBytes } from "node:crypto";
import { createSocket } from "node:dgram";
import { connect } from "node:net";

const BINDING_REQUEST = 0x0001;
const BINDING_SUCCESS = 0x0101;
const COOKIE = 0x2112a442;
const HEADER_BYTES = 20;

/** True when a STUN server answers a Binding request (RFC 8489 section 3) in time. Never rejects. */
export function answersStun(transport: "udp" | "tcp", host: string, port: number, timeoutMs: number): Promise<boolean> {
  return transport === "udp" ? answersUdp(host, port, timeoutMs) : answersTcp(host, port, timeoutMs);
}

function answersUdp(host: string, port: number, timeoutMs: number): Promise<boolean> {
  const request = bindingRequest();
  const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
  return new Promise((resolve) => {
    const finish = (answered: boolean): void => {
      clearTimeout(timer);
      resolve(answered);
      socket
        .removeAllListeners()
        .on("error", () => undefined)
        .close();
    };
    const timer = setTimeout(finish, timeoutMs, false);
    socket.on("error", () => {
      finish(false);
    });
    socket.on("message", (answer) => {
      if (isAnswer(answer, request)) finish(true);
    });
    socket.send(request, port, host);
  });
}

function answersTcp(host: string, port: number, timeoutMs: number): Promise<boolean> {
  const request = bindingRequest();
  const socket = connect({ host, port });
  return new Promise((resolve) => {
    let answer = Buffer.alloc(0);
    const finish = (answered: boolean): void => {
      clearTimeout(timer);
      resolve(answered);
      socket.destroy();
    };
    const timer = setTimeout(finish, timeoutMs, false);
    socket.on("error", () => {
      finish(false);
    });
    socket.on("close", () => {
      finish(false);
    });
    socket.on("data", (chunk: Buffer) => {
      answer = Buffer.concat([answer, chunk]);
      if (answer.length >= HEADER_BYTES) finish(isAnswer(answer, request));
    });
    socket.write(request);
  });
}

function bindingRequest(): Buffer {
  const request = Buffer.alloc(HEADER_BYTES);
  request.writeUInt16BE(BINDING_REQUEST, 0);
  request.writeUInt32BE(COOKIE, 4);
  randomBytes(12).copy(request, 8);
  return request;
}

/** The cookie and the transaction id come back as they were sent. */
function isAnswer(answer: Buffer, request: Buffer): boolean {
  if (answer.length < HEADER_BYTES || answer.readUInt16BE(0) !== BINDING_SUCCESS) return false;
  return answer.subarray(4, HEADER_BYTES).equals(request.subarray(4));
}
