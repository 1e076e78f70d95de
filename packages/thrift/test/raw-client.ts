import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { readApplicationException } from "../src/application-exception.ts";
import { openDialect } from "../src/protocol/dialect.ts";
import { InputBuffer } from "../src/protocol/input-buffer.ts";
import type { MessageReader } from "../src/protocol/message-input.ts";
import type { MessageHeader, ProtocolWriter } from "../src/protocol/protocol.ts";
import { PROTOCOLS, type ProtocolName } from "../src/protocol/protocols.ts";
import { MessageType } from "../src/protocol/wire-types.ts";

export interface Answer extends MessageHeader {
  readonly reader: MessageReader;
}

interface Speech {
  readonly isFramed?: boolean;
  readonly protocol?: ProtocolName;
}

/** A client that can say anything, and that notes what it hears. */
export class RawClient {
  readonly socket: Socket;
  readonly answers: Answer[] = [];
  isEnded = false;
  isClosed = false;
  bytesReceived = 0;

  /** Over a socket that is connected already, in TLS say. */
  constructor(socket: Socket, { isFramed = true, protocol = "binary" }: Speech = {}) {
    this.socket = socket;
    const dialect = openDialect(protocol, { isFramed, maxMessageBytes: 100_000_000 });
    const input = new InputBuffer();
    socket.on("data", (chunk: Buffer) => {
      this.bytesReceived += chunk.length;
      input.append(chunk);
      for (let message = dialect.next(input); message; message = dialect.next(input)) {
        const reader = dialect.protocol.openReader(Buffer.from(message));
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

  static async open(port: number, speech: Speech = {}): Promise<RawClient> {
    const socket = connect({ host: "127.0.0.1", port, noDelay: true, allowHalfOpen: true });
    await once(socket, "connect");
    return new RawClient(socket, speech);
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
  { type = MessageType.CALL, sequenceId = 1, protocol = "binary" }: Partial<MessageHeader> & Speech = {},
): Buffer {
  const output = PROTOCOLS[protocol].openWriter();
  // Attackers have no limits.
  output.maxDepth = Infinity;
  output.writeMessageBegin({ name, type, sequenceId });
  output.writeStructBegin();
  body(output);
  output.writeMessageEnd();
  return output.bytes();
}

/** The bytes of a call up to its first argument. */
export function opening(name: string, protocol: ProtocolName): Buffer {
  const output = PROTOCOLS[protocol].openWriter();
  output.writeMessageBegin({ name, type: MessageType.CALL, sequenceId: 1 });
  output.writeStructBegin();
  return output.bytes();
}

export function frame(bytes: Uint8Array, length = bytes.length): Buffer {
  const header = Buffer.alloc(4);
  header.writeUInt32BE(length);
  return Buffer.concat([header, bytes]);
}

export const framed = (...args: Parameters<typeof message>): Buffer => frame(message(...args));

/** As `message`, in a dialect. */
export function speaker({ protocol, isFramed }: Required<Speech>) {
  return (name: string, body?: (output: ProtocolWriter) => void, header: Partial<MessageHeader> = {}): Buffer => {
    const bytes = message(name, body, { ...header, protocol });
    return isFramed ? frame(bytes) : bytes;
  };
}
