/** What a connection begins with: Thrift itself, or something that carries it. */
export type FirstBytes = "thrift" | "tls";

/** Record type and major version of a TLS handshake (RFC 8446 section 5.1); undefined while the bytes are too few. */
export function detectTransport(bytes: Buffer): FirstBytes | undefined {
  if (bytes[0] !== 0x16) return bytes.length > 0 ? "thrift" : undefined;
  if (bytes.length < 2) return undefined;
  return bytes[1] === 0x03 ? "tls" : "thrift";
}
