import { applicationId } from "../application-id.ts";
import type { RepeatableCallOptions } from "../call-options.ts";
import type { HttpTransport } from "../http/http-transport.ts";
import { READ } from "../http/operation.ts";
import { urlPath, urlQuery } from "../http/url-path.ts";

/** How much of a log. */
export interface LogParams {
  /** Begin with so many of the last lines, 1 to 5,000; 100 when left out. */
  readonly tailLines?: number | undefined;
  /** Go on until the process ends. */
  readonly follow?: boolean | undefined;
}

/**
 * Hathora LogsV1: what game servers write. Every method throws RoombridgeError, and so do the streams. `timeoutMs` and the
 * repetitions are for the beginning of an answer; `signal` ends a stream at any time.
 */
export class LogsV1 {
  readonly #transport: HttpTransport;
  readonly #appId: string | undefined;

  constructor(transport: HttpTransport, appId: string | undefined) {
    this.#transport = transport;
    this.#appId = appId;
  }

  /** The last lines of both streams as they were written, and with `follow` the next ones. Cancel a stream left unread. */
  async getLogsForProcess(
    processId: string,
    { tailLines, follow }: LogParams = {},
    options: RepeatableCallOptions = {},
  ): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
    const query = urlQuery({ follow: follow === undefined ? undefined : String(follow), tailLines });
    return this.#open(processId, query, options);
  }

  /** All that is kept, also of a process that runs. 410 when nothing is kept any more. */
  async downloadLogForProcess(
    processId: string,
    options: RepeatableCallOptions = {},
  ): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
    return this.#open(processId, "/download", options);
  }

  async #open(
    processId: string,
    rest: string,
    options: RepeatableCallOptions,
  ): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
    const path = urlPath`/logs/v1/${applicationId(options, this.#appId)}/process/${processId}` + rest;
    return this.#transport.open({ operation: READ, path }, options);
  }
}
