import { encodeXorAddress, type Address } from "./address.ts";
import { ATTRIBUTE, METHOD } from "./attributes.ts";
import type { Exchange } from "./exchange.ts";
import type { Inbox } from "./inbox.ts";
import type { Attribute, ReceivedMessage } from "./message.ts";
import {
  addressOf,
  encodeChannelData,
  encodeSendIndication,
  lifetimeOf,
  uint32,
  type RelayedData,
} from "./relay-messages.ts";
import type { AttributesOf, Refusal, Session } from "./session.ts";

export interface Done {
  readonly ok: true;
}

/** A live allocation on a TURN server. */
export interface Allocation extends Done {
  readonly relayed: Address;
  /** Our address as the server sees it. */
  readonly mapped: Address;
  readonly lifetimeSeconds: number;
  /** Extends the allocation; 0 ends it. */
  refresh(lifetimeSeconds?: number): Promise<(Done & { readonly lifetimeSeconds: number }) | Refusal>;
  /** Admits all ports of an IP address. */
  createPermission(peer: string): Promise<Done | Refusal>;
  /** `channel`: 0x4000 to 0x4fff. */
  bindChannel(channel: number, peer: Address): Promise<Done | Refusal>;
  /** A Send indication: never answered, silently dropped without a permission. */
  send(peer: Address, data: string | Buffer): void;
  sendOnChannel(channel: number, data: string | Buffer): void;
  /** The next data from a peer; undefined when none comes in time. */
  receive(timeoutMs?: number): Promise<RelayedData | undefined>;
  /** Ends the allocation and the connection. Never rejects. */
  close(): Promise<void>;
  /** Closes the local port without a word to the server. */
  abandon(): void;
  /** Settles when the connection has ended from either side. */
  readonly closed: Promise<void>;
}

export interface AllocationParts {
  readonly exchange: Exchange;
  readonly session: Session;
  readonly inbox: Inbox;
  /** The answer to Allocate. */
  readonly answer: ReceivedMessage;
  readonly timeoutMs: number;
}

const DEFAULT_LIFETIME_SECONDS = 600;

export function toAllocation({ exchange, session, inbox, answer, timeoutMs }: AllocationParts): Allocation {
  const ask = async (method: number, attributesOf: AttributesOf): Promise<Done | Refusal> => {
    const result = await session.request(method, attributesOf);
    return result.ok ? { ok: true } : result;
  };
  const refresh: Allocation["refresh"] = async (lifetimeSeconds = DEFAULT_LIFETIME_SECONDS) => {
    const lifetime = { type: ATTRIBUTE.lifetime, value: uint32(lifetimeSeconds) };
    const result = await session.request(METHOD.refresh, () => [lifetime]);
    return result.ok ? { ok: true, lifetimeSeconds: lifetimeOf(result.answer) } : result;
  };
  return {
    ok: true,
    relayed: addressOf(answer, ATTRIBUTE.xorRelayedAddress),
    mapped: addressOf(answer, ATTRIBUTE.xorMappedAddress),
    lifetimeSeconds: lifetimeOf(answer),
    refresh,
    createPermission: (address) => ask(METHOD.createPermission, (id) => [peerAttribute({ address, port: 0 }, id)]),
    bindChannel: (channel, peer) =>
      ask(METHOD.channelBind, (id) => [channelAttribute(channel), peerAttribute(peer, id)]),
    send: (peer, data) => {
      exchange.send(encodeSendIndication(peer, Buffer.from(data)));
    },
    sendOnChannel: (channel, data) => {
      exchange.send(encodeChannelData(channel, Buffer.from(data)));
    },
    receive: (waitMs = timeoutMs) => inbox.take(waitMs),
    close: async () => {
      await refresh(0).catch(() => undefined);
      exchange.close();
    },
    abandon: () => {
      exchange.close();
    },
    closed: exchange.closed.then(() => undefined),
  };
}

function peerAttribute(peer: Address, transactionId: Buffer): Attribute {
  return { type: ATTRIBUTE.xorPeerAddress, value: encodeXorAddress(peer, transactionId) };
}

function channelAttribute(channel: number): Attribute {
  return { type: ATTRIBUTE.channelNumber, value: uint32(channel * 0x10000) };
}
