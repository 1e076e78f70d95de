// The same as load.c, for machines without a C compiler; slower, so that the server idles at times.
import { connect } from "node:net";

const [port, connections, depth, milliseconds, kind] = process.argv.slice(2);
const CALL = Buffer.from("00000018800100010000000770707062" + "6f6f6c000000010200010100", "hex");
const TYPE_AT = 7;
const type = kind === "echo" ? 1 : 2;
const begin = process.hrtime.bigint();
let answered = 0;
let sent = Number(connections) * Number(depth);
let isOver = false;

for (let index = 0; index < Number(connections); index += 1) {
  const socket = connect({ host: "127.0.0.1", port: Number(port), noDelay: true });
  const calls = Buffer.concat(Array.from({ length: Number(depth) }, () => CALL));
  let received = 0;
  socket.on("connect", () => socket.write(calls));
  socket.on("error", fail);
  socket.on("end", () => fail(new Error("the server ended the connection")));
  socket.on("data", (chunk: Buffer) => {
    const first = (TYPE_AT + CALL.length - (received % CALL.length)) % CALL.length;
    for (let at = first; at < chunk.length; at += CALL.length) {
      if (chunk[at] !== type) fail(new Error(`an answer of type ${chunk[at]}`));
    }
    const before = Math.floor(received / CALL.length);
    received += chunk.length;
    const whole = Math.floor(received / CALL.length) - before;
    answered += whole;
    if (!isOver && whole > 0) {
      socket.write(calls.subarray(0, whole * CALL.length));
      sent += whole;
    }
    if (answered === sent) finish();
  });
}

setTimeout(() => (isOver = true), Number(milliseconds));

function finish(): void {
  console.log(`${answered} ${process.hrtime.bigint() - begin}`);
  process.exit(0);
}

function fail(error: Error): void {
  console.error(error.message);
  process.exit(1);
}
