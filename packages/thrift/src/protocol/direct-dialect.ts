import type { Dialect } from "./dialect.ts";
import type { InputBuffer } from "./input-buffer.ts";
import type { MessageReader } from "./message-input.ts";
import type { MessageScanner } from "./message-scanner.ts";
import { ProtocolError } from "./protocol-error.ts";
import { PROTOCOLS, type Protocol, type ProtocolName } from "./protocols.ts";

const FRAME_HEAD_BYTES = 4;

/** Messages of one protocol, with nothing around them but maybe a length before. */
abstract class DirectDialect implements Dialect {
  abstract readonly name: string;
  abstract readonly isFramed: boolean;
  readonly protocol: Protocol;
  protected readonly maxMessageBytes: number;
  protected abstract readonly headBytes: number;

  constructor(name: ProtocolName, maxMessageBytes: number) {
    this.protocol = PROTOCOLS[name];
    this.maxMessageBytes = maxMessageBytes;
  }

  next(input: InputBuffer): Buffer | undefined {
    const size = this.find(input);
    if (size === 0) return undefined;
    const { bytes, start } = input;
    input.consume(size);
    return bytes.subarray(start + this.headBytes, start + size);
  }

  read(input: InputBuffer): MessageReader | undefined {
    const size = this.find(input);
    if (size === 0) return undefined;
    const { bytes, start } = input;
    input.consume(size);
    return this.protocol.openReader(bytes, start + this.headBytes, start + size);
  }

  /** Bytes of the next message and what stands before it; 0 when it has not arrived yet. Throws ProtocolError. */
  protected abstract find(input: InputBuffer): number;
}

export class FramedDialect extends DirectDialect {
  readonly name: string;
  readonly isFramed = true;
  protected readonly headBytes = FRAME_HEAD_BYTES;

  constructor(name: ProtocolName, maxMessageBytes: number) {
    super(name, maxMessageBytes);
    this.name = `framed ${name}`;
  }

  protected find(input: InputBuffer): number {
    if (input.length < FRAME_HEAD_BYTES) return 0;
    const size = input.bytes.readUInt32BE(input.start);
    if (size === 0) throw new ProtocolError("invalid_data", "an empty frame");
    if (size > this.maxMessageBytes)
      throw new ProtocolError("size_limit", `a frame of ${size} bytes; ${this.maxMessageBytes} are allowed`);
    return input.length < FRAME_HEAD_BYTES + size ? 0 : FRAME_HEAD_BYTES + size;
  }
}

export class UnframedDialect extends DirectDialect {
  readonly name: string;
  readonly isFramed = false;
  protected readonly headBytes = 0;
  #scanner: MessageScanner;

  constructor(name: ProtocolName, maxMessageBytes: number) {
    super(name, maxMessageBytes);
    this.name = `unframed ${name}`;
    this.#scanner = this.protocol.openScanner();
  }

  protected find(input: InputBuffer): number {
    if (input.length === 0) return 0;
    const size = this.#scanner.scan(input.view());
    if ((size ?? this.#scanner.atLeast) > this.maxMessageBytes)
      throw new ProtocolError("size_limit", `a message of more than ${this.maxMessageBytes} bytes`);
    if (size === undefined) return 0;
    this.#scanner = this.protocol.openScanner();
    return size;
  }
}
