/** STUN and TURN methods (RFC 8489 section 18.2, RFC 8656 section 17). */
export const METHOD = {
  binding: 0x001,
  allocate: 0x003,
  refresh: 0x004,
  send: 0x006,
  data: 0x007,
  createPermission: 0x008,
  channelBind: 0x009,
} as const;

/** Attribute types (RFC 8489 section 18.3, RFC 8656 section 18). */
export const ATTRIBUTE = {
  mappedAddress: 0x0001,
  username: 0x0006,
  messageIntegrity: 0x0008,
  errorCode: 0x0009,
  unknownAttributes: 0x000a,
  channelNumber: 0x000c,
  lifetime: 0x000d,
  xorPeerAddress: 0x0012,
  data: 0x0013,
  realm: 0x0014,
  nonce: 0x0015,
  xorRelayedAddress: 0x0016,
  requestedAddressFamily: 0x0017,
  requestedTransport: 0x0019,
  xorMappedAddress: 0x0020,
  fingerprint: 0x8028,
  origin: 0x802f,
} as const;

const KNOWN = new Set<number>(Object.values(ATTRIBUTE));

/** True for a type that a receiver must understand (RFC 8489 section 14) and that this client does not. */
export function isNotUnderstood(type: number): boolean {
  return type < 0x8000 && !KNOWN.has(type);
}
