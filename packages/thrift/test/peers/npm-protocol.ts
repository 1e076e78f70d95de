import thrift from "thrift";

type Protocol = typeof thrift.TBinaryProtocol;

/** No class: npm's multiplexer calls it without `new`. */
function OldBinaryProtocol(this: object, transport: unknown): void {
  Reflect.apply(thrift.TBinaryProtocol, this, [transport, false, false]);
}
OldBinaryProtocol.prototype = thrift.TBinaryProtocol.prototype;

const PROTOCOLS: Readonly<Record<string, Protocol>> = {
  binary: thrift.TBinaryProtocol,
  "old-binary": OldBinaryProtocol as unknown as Protocol,
  // The published types give each protocol a shape of its own; they are used alike.
  compact: thrift.TCompactProtocol as unknown as Protocol,
  json: thrift.TJSONProtocol as unknown as Protocol,
};

/** npm's class for one of our names. */
export function npmProtocol(name: string): Protocol {
  const protocol = PROTOCOLS[name];
  if (!protocol) throw new Error(`npm's thrift has no protocol ${name}`);
  return protocol;
}
