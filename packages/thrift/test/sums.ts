import type { Socket } from "node:net";
import { onTestFinished } from "vitest";
import { ThriftClient, type ThriftClientOptions } from "../src/index.ts";
import type { MessageHeader, ProtocolWriter } from "../src/protocol/protocol.ts";
import { MessageType, WireType } from "../src/protocol/wire-types.ts";
import { EveryClient } from "./every.ts";
import { framed } from "./raw-client.ts";

/** A client of `Every` until the test ends. */
export function open(options: ThriftClientOptions): EveryClient & { readonly transport: ThriftClient } {
  const transport = new ThriftClient(options);
  onTestFinished(() => transport.close());
  return Object.assign(new EveryClient(transport), { transport });
}

const result = (value: bigint) => (output: ProtocolWriter) => {
  output.writeField(WireType.I64, 0);
  output.writeI64(value);
  output.writeStop();
};

/** The answer to `add`; a fake server does not look at the arguments. */
export function sum({ name, sequenceId }: MessageHeader, value = 5n): Buffer {
  return framed(name, result(value), { type: MessageType.REPLY, sequenceId });
}

export function answer(call: MessageHeader, socket: Socket): void {
  socket.write(sum(call));
}

/** The code of the error, or its name when it has none; `none` when there is no error. */
export async function failure(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof Error)) return "no error object";
    return "code" in error ? String(error.code) : error.name;
  }
  return "none";
}
