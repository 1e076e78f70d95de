import { ATTRIBUTE, METHOD } from "./attributes.ts";
import { toAllocation, type Allocation } from "./allocation.ts";
import { Exchange } from "./exchange.ts";
import { Inbox } from "./inbox.ts";
import type { Attribute } from "./message.ts";
import { decodeChannelData, decodeDataIndication, uint32 } from "./relay-messages.ts";
import { ALLOCATION_MISMATCH, Session, type Credential, type Refusal } from "./session.ts";
import type { TlsSettings, TransportName } from "./transport.ts";

export interface AllocateOptions extends Credential {
  readonly host: string;
  readonly port: number;
  readonly transport: TransportName;
  /** For the transport `tls`. */
  readonly tls?: TlsSettings;
  /** Asks for a relayed address of this family (RFC 8656 section 7.1); without it the server chooses IPv4. */
  readonly family?: "ipv4" | "ipv6";
  /** ORIGIN, by which some servers tell web pages apart (draft-ietf-tram-stun-origin); coturn keeps 127 bytes of it. */
  readonly origin?: string;
  /** For each request; default 10,000. */
  readonly timeoutMs?: number;
}

const DEFAULT_TIMEOUT_MS = 10_000;
const UDP = 17;

/** Ports that are tried; the operating system may give one that the server remembers. */
const ATTEMPTS = 3;

/**
 * Allocates a relayed UDP address from a new local port (RFC 8656 section 7). A refusal is a value; rejected are only a
 * deadline, a broken connection and an answer that breaks the protocol (StunFormatError).
 */
export async function allocate(options: AllocateOptions): Promise<Allocation | Refusal> {
  for (let attempt = 1; ; attempt += 1) {
    const result = await allocateFromNewPort(options);
    if (result.ok || result.code !== ALLOCATION_MISMATCH || attempt === ATTEMPTS) return result;
  }
}

async function allocateFromNewPort(options: AllocateOptions): Promise<Allocation | Refusal> {
  const inbox = new Inbox();
  const { host, port, transport, timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  const exchange = await Exchange.open({
    host,
    port,
    transport,
    tls: options.tls,
    timeoutMs,
    onIndication: (message) => {
      const data = decodeDataIndication(message);
      if (data) inbox.put(data);
    },
    onChannelData: (packet) => {
      inbox.put(decodeChannelData(packet));
    },
  });
  try {
    const session = new Session(exchange, options);
    const result = await session.request(METHOD.allocate, () => allocateAttributes(options));
    if (result.ok) return toAllocation({ exchange, session, inbox, answer: result.answer, timeoutMs });
    exchange.close();
    return result;
  } catch (error) {
    exchange.close();
    throw error;
  }
}

function allocateAttributes({ family, origin }: AllocateOptions): Attribute[] {
  const attributes: Attribute[] = [{ type: ATTRIBUTE.requestedTransport, value: uint32(UDP * 0x1000000) }];
  if (family !== undefined) {
    const value = uint32((family === "ipv4" ? 1 : 2) * 0x1000000);
    attributes.push({ type: ATTRIBUTE.requestedAddressFamily, value });
  }
  if (origin !== undefined) attributes.push({ type: ATTRIBUTE.origin, value: Buffer.from(origin) });
  return attributes;
}
