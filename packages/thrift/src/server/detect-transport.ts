/** What a connection begins with: Thrift itself, or something that carries it. */
export type FirstBytes = "thrift" | "tls" | "http";

const LETTER_A = 0x41;
const LETTER_Z = 0x5a;
/** Record type and major version of a TLS handshake (RFC 8446 section 5.1). */
const TLS_HANDSHAKE = 0x16;
const TLS_MAJOR_VERSION = 0x03;

/** Undefined while the bytes are too few. No dialect of Thrift begins with a capital letter, and every HTTP method does. */
export function detectTransport(bytes: Buffer): FirstBytes | undefined {
  const [first, second] = bytes;
  if (first === undefined) return undefined;
  if (first >= LETTER_A && first <= LETTER_Z) return "http";
  if (first !== TLS_HANDSHAKE) return "thrift";
  if (second === undefined) return undefined;
  return second === TLS_MAJOR_VERSION ? "tls" : "thrift";
}
