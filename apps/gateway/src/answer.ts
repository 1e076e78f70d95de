import type { Readable } from "node:stream";

/** What an endpoint answers; `createApp` turns it into HTTP and adds the headers that every answer has. */
export interface Answer {
  readonly status: number;
  /** Sent as JSON; without it the answer has no body. */
  readonly body?: unknown;
  /** Sent as it comes, until it ends or the caller goes; its type is in the headers. */
  readonly stream?: Readable;
  /** The stream ends properly when the gateway closes; others are broken off. */
  readonly endsItself?: boolean;
  /** Sent as it is; its type is in the headers. */
  readonly file?: Buffer<ArrayBuffer>;
  readonly headers?: Readonly<Record<string, string>>;
}
