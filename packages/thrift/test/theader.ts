export interface HeaderParts {
  readonly sequenceNumber?: number;
  /** 0 binary, 2 compact. */
  readonly protocol?: number;
  readonly transforms?: readonly number[];
  readonly pairs?: readonly (readonly [string | Uint8Array, string | Uint8Array])[];
}

/** A THeader frame around a message, as HeaderFormat.md describes it. */
export function theader(message: Uint8Array, parts: HeaderParts = {}): Buffer {
  const { sequenceNumber = 1, protocol = 0, transforms = [], pairs = [] } = parts;
  const info = pairs.length === 0 ? [] : [varint(1), varint(pairs.length), ...pairs.flat().map(text)];
  const header = Buffer.concat([varint(protocol), varint(transforms.length), ...transforms.map(varint), ...info]);
  return theaderFrame(Buffer.concat([header, Buffer.alloc((4 - (header.length % 4)) % 4)]), message, sequenceNumber);
}

/** The same with a header of any bytes, a multiple of four. */
export function theaderFrame(header: Uint8Array, message: Uint8Array, sequenceNumber = 1): Buffer {
  const fixed = Buffer.alloc(14);
  fixed.writeUInt32BE(10 + header.length + message.length, 0);
  fixed.writeUInt16BE(0x0fff, 4);
  fixed.writeUInt32BE(sequenceNumber, 8);
  fixed.writeUInt16BE(header.length / 4, 12);
  return Buffer.concat([fixed, header, message]);
}

function varint(value: number): Buffer {
  const bytes = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    bytes.push(rest > 127 ? (rest % 128) + 128 : rest);
    if (rest < 128) return Buffer.from(bytes);
  }
}

function text(value: string | Uint8Array): Buffer {
  const bytes = Buffer.from(value as string);
  return Buffer.concat([varint(bytes.length), bytes]);
}
