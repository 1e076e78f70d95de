/** What a server allows its clients. Sizes in bytes, times in milliseconds. */
export interface ServerLimits {
  /** One message; at most 16,384,000, Apache's own limit, which also keeps the first byte of a frame 0. */
  readonly maxMessageBytes: number;
  /** Calls of one connection that are being handled; further ones wait unread. */
  readonly maxCallsInFlight: number;
  /** Replies that one client has not taken yet; above it nothing more is read from it. */
  readonly maxUnsentBytes: number;
  readonly maxConnections: number;
  /** Received bytes, until the calls in them are handled, and unsent ones of all connections together; the connection that would exceed it is closed. */
  readonly maxBufferedBytes: number;
  /** From the beginning of a connection, and again from the end of its TLS handshake. */
  readonly firstByteTimeoutMs: number;
  /** For a TLS handshake, from its first byte. */
  readonly handshakeTimeoutMs: number;
  /** From the first byte of a message to its last. */
  readonly messageTimeoutMs: number;
  readonly idleTimeoutMs: number;
  /** Without a byte taken by a client that has replies to read. */
  readonly sendTimeoutMs: number;
  readonly handlerTimeoutMs: number;
}

export const DEFAULT_LIMITS: ServerLimits = {
  maxMessageBytes: 65_536,
  maxCallsInFlight: 128,
  maxUnsentBytes: 1_048_576,
  maxConnections: 10_000,
  maxBufferedBytes: 134_217_728,
  firstByteTimeoutMs: 30_000,
  handshakeTimeoutMs: 10_000,
  messageTimeoutMs: 10_000,
  idleTimeoutMs: 600_000,
  sendTimeoutMs: 60_000,
  handlerTimeoutMs: 30_000,
};

/** Apache's `maxFrameSize`. */
export const LARGEST_MESSAGE = 16_384_000;

/** Fills in the defaults. Throws a RangeError that names the limit. */
export function completeLimits(limits: Partial<ServerLimits> = {}): ServerLimits {
  const complete = { ...DEFAULT_LIMITS, ...limits };
  for (const [name, value] of Object.entries(complete)) {
    if (!Number.isInteger(value) || value <= 0) throw new RangeError(`${name} must be a positive whole number`);
  }
  if (complete.maxMessageBytes > LARGEST_MESSAGE)
    throw new RangeError(`maxMessageBytes must be at most ${LARGEST_MESSAGE}`);
  return complete;
}
