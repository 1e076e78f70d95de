import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { readApplicationException } from "../src/application-exception.ts";
import { BinaryReader } from "../src/protocol/binary-reader.ts";
import { BinaryWriter } from "../src/protocol/binary-writer.ts";
import { openFramed, openUnframed } from "../src/protocol/dialect.ts";
import { InputBuffer } from "../src/protocol/input-buffer.ts";
import type { MessageHeader, ProtocolWriter } from "../src/protocol/protocol.ts";
import { MessageType } from "../src/protocol/wire-types.ts";

export interface Answer extends MessageHeader {
  readonly reader: BinaryReader;
}

/** A client that can say anything, and that notes what it hears. */
export class RawClient {
  readonly socket: Socket;
  readonly answers: Answer[] = [];
  isEnded = false;
  isClosed = false;
  bytesReceived = 0;

  /** Over a socket that is connected already, in TLS say. */
  constructor(socket: Socket, isFramed = true) {
    this.socket = socket;
    const input = new InputBuffer();
    const dialect = isFramed ? openFramed(100_000_000) : openUnframed(100_000_000);
    socket.on("data", (chunk: Buffer) => {
      this.bytesReceived += chunk.length;
      input.append(chunk);
      for (let message = dialect.next(input); message; message = dialect.next(input)) {
        const reader = new BinaryReader(Buffer.from(message));
        this.answers.push({ ...reader.readMessageBegin(), reader });
      }
    });
    socket.on("end", () => {
      this.isEnded = true;
    });
    socket.on("error", () => {});
    socket.on("close", () => {
      this.isClosed = true;
    });
  }

  static async open(port: number, { isFramed = true }: { readonly isFramed?: boolean } = {}): Promise<RawClient> {
    const socket = connect({ host: "127.0.0.1", port, noDelay: true, allowHalfOpen: true });
    await once(socket, "connect");
    return new RawClient(socket, isFramed);
  }

  send(...chunks: readonly Uint8Array[]): void {
    this.socket.write(Buffer.concat(chunks));
  }

  /** The exception that the answer holds. */
  exception(at = 0): { readonly type: number; readonly message: string } {
    const answer = this.answers[at];
    if (answer?.type !== MessageType.EXCEPTION) throw new Error(`answer ${at} is no exception`);
    const { type, message } = readApplicationException(answer.reader);
    return { type, message };
  }
}

/** The bytes of one message; `body` writes the fields of the struct, with its end. */
export function message(
  name: string,
  body: (output: ProtocolWriter) => void = (output) => output.writeStop(),
  { type = MessageType.CALL, sequenceId = 1 }: Partial<MessageHeader> = {},
): Buffer {
  const output = new BinaryWriter();
  output.writeMessageBegin({ name, type, sequenceId });
  body(output);
  return output.bytes();
}

export function frame(bytes: Uint8Array, length = bytes.length): Buffer {
  const header = Buffer.alloc(4);
  header.writeUInt32BE(length);
  return Buffer.concat([header, bytes]);
}

export const framed = (...args: Parameters<typeof message>): Buffer => frame(message(...args));
