import type { ClientTlsOptions } from "./client-connection.ts";
import { HEADER_PROTOCOLS } from "../protocol/header-dialect.ts";
import type { ProtocolName } from "../protocol/protocols.ts";
import { LARGEST_MESSAGE } from "../server/limits.ts";

/**
 * What carries the messages. `framed`: what Java's non-blocking servers, Rust and most multiplexers speak; `unframed`:
 * Apache's "buffered"; `theader`: binary and compact only; `http`: one POST for each call, HTTPS with `tls`.
 */
export type ClientTransport = "framed" | "unframed" | "theader" | "http";

export interface ThriftClientOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  readonly port: number;
  /** Without it the connection is plain. */
  readonly tls?: ClientTlsOptions;
  /** Default "framed". */
  readonly transport?: ClientTransport;
  /** Default "binary", which every server speaks. */
  readonly protocol?: ProtocolName;
  /** Puts `name:` before each method, for servers with several services. */
  readonly serviceName?: string;
  /** Where the calls go over HTTP; "/". */
  readonly path?: string;
  /** Sent as bearer token over HTTP. */
  readonly token?: string;
  /**
   * The most connections at once; a call takes the least busy one. Default 1; over HTTP, where a connection carries one call
   * at a time and others wait, 8.
   */
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

export interface ResolvedOptions extends Required<Omit<ThriftClientOptions, "serviceName" | "tls" | "token">> {
  readonly tls: ClientTlsOptions | undefined;
  readonly token: string | undefined;
  /** What stands before the name of a method. */
  readonly prefix: string;
}

/** As RFC 6750 section 2.1 has it; anything else might become a header of its own. */
const TOKEN = /^[\w.~+/-]+=*$/;
const PATH = /^\/[\x21-\x7e]*$/;

/** Throws RangeError for options that make no sense, by themselves or together. */
export function resolveOptions({ serviceName, ...options }: ThriftClientOptions): ResolvedOptions {
  const { transport = "framed" } = options;
  const resolved: ResolvedOptions = {
    host: options.host ?? "127.0.0.1",
    port: options.port,
    tls: options.tls,
    transport,
    path: options.path ?? "/",
    token: options.token,
    protocol: options.protocol ?? "binary",
    prefix: serviceName === undefined ? "" : `${serviceName}:`,
    connections: options.connections ?? (transport === "http" ? 8 : 1),
    timeoutMs: options.timeoutMs ?? 10_000,
    maxMessageBytes: options.maxMessageBytes ?? LARGEST_MESSAGE,
    maxPending: options.maxPending ?? 1_000,
  };
  for (const name of ["connections", "maxMessageBytes", "maxPending"] as const) {
    const value = resolved[name];
    if (!Number.isInteger(value) || value < 1) throw new RangeError(`${name} is ${value}; it must be 1 or more`);
  }
  if (!(resolved.timeoutMs > 0)) throw new RangeError(`timeoutMs is ${resolved.timeoutMs}; it must be more than 0`);
  checkTransport(resolved, options);
  return resolved;
}

/** A token that would not be sent, say, is no trifle. */
function checkTransport({ transport, protocol, path, token }: ResolvedOptions, options: Partial<ThriftClientOptions>) {
  if (transport === "theader" && !HEADER_PROTOCOLS.includes(protocol))
    throw new RangeError(`THeader carries ${HEADER_PROTOCOLS.join(" and ")}, not ${protocol}`);
  if (transport !== "http" && (token !== undefined || options.path !== undefined))
    throw new RangeError("path and token are of use over http only");
  if (!PATH.test(path)) throw new RangeError("path must begin with / and have neither spaces nor control characters");
  if (token !== undefined && !TOKEN.test(token)) throw new RangeError("token is no bearer token");
}
