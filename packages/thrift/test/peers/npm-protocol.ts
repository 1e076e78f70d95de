import thrift from "thrift";

const PROTOCOLS: Readonly<Record<string, typeof thrift.TBinaryProtocol>> = {
  binary: thrift.TBinaryProtocol,
  // The published types give each protocol a shape of its own; they are used alike.
  compact: thrift.TCompactProtocol as unknown as typeof thrift.TBinaryProtocol,
  json: thrift.TJSONProtocol as unknown as typeof thrift.TBinaryProtocol,
};

/** npm's class for one of our names. */
export function npmProtocol(name: string): typeof thrift.TBinaryProtocol {
  const protocol = PROTOCOLS[name];
  if (!protocol) throw new Error(`npm's thrift has no protocol ${name}`);
  return protocol;
}
