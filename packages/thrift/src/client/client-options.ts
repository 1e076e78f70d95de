import type { ClientTlsOptions } from "./client-connection.ts";
import type { ProtocolName } from "../protocol/protocols.ts";
import { LARGEST_MESSAGE } from "../server/limits.ts";

export interface ThriftClientOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  readonly port: number;
  /** Without it the connection is plain. */
  readonly tls?: ClientTlsOptions;
  /** Default true: what Java's non-blocking servers, Rust and most multiplexers speak. */
  readonly isFramed?: boolean;
  /** Default "binary", which every server speaks. */
  readonly protocol?: ProtocolName;
  /** Puts `name:` before each method, for servers with several services. */
  readonly serviceName?: string;
  /** The most connections at once; a call takes the least busy one. Default 1. */
  readonly connections?: number;
  /** For connecting and answering together; 10,000 ms. */
  readonly timeoutMs?: number;
  /** Longest answer that is accepted; 16,384,000 bytes. */
  readonly maxMessageBytes?: number;
  /** Calls that may wait for an answer at once; 1,000. */
  readonly maxPending?: number;
}

export interface CallOptions {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

export interface ResolvedOptions extends Required<Omit<ThriftClientOptions, "serviceName" | "tls">> {
  readonly tls: ClientTlsOptions | undefined;
  /** What stands before the name of a method. */
  readonly prefix: string;
}

/** Throws RangeError for numbers that make no sense. */
export function resolveOptions({ serviceName, ...options }: ThriftClientOptions): ResolvedOptions {
  const resolved: ResolvedOptions = {
    host: options.host ?? "127.0.0.1",
    port: options.port,
    tls: options.tls,
    isFramed: options.isFramed ?? true,
    protocol: options.protocol ?? "binary",
    prefix: serviceName === undefined ? "" : `${serviceName}:`,
    connections: options.connections ?? 1,
    timeoutMs: options.timeoutMs ?? 10_000,
    maxMessageBytes: options.maxMessageBytes ?? LARGEST_MESSAGE,
    maxPending: options.maxPending ?? 1_000,
  };
  for (const name of ["connections", "maxMessageBytes", "maxPending"] as const) {
    const value = resolved[name];
    if (!Number.isInteger(value) || value < 1) throw new RangeError(`${name} is ${value}; it must be 1 or more`);
  }
  if (!(resolved.timeoutMs > 0)) throw new RangeError(`timeoutMs is ${resolved.timeoutMs}; it must be more than 0`);
  return resolved;
}
