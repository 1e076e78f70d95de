import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "@roombridge/service";
import { type CliAddress, CliConnection, CliPasswordError, CliUnavailableError } from "./cli-connection.ts";
import { prepareListings } from "./cli-commands.ts";

export interface CoturnCliOptions {
  readonly address: CliAddress;
  /** Asked at every log-in. */
  readonly password: () => Promise<string>;
  /** Sessions of other realms are not looked at. */
  readonly realm: string;
  readonly log: Logger;
  /** Called after each log-in, when nothing is known of what happened meanwhile, and after each end of the connection. */
  readonly onChange: (isConnected: boolean) => void;
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;
/** After a refused log-in, which coturn writes to its log, and for a connection that never lasts. */
const TROUBLED_PAUSE_MS = 10_000;
/** A connection that was good for so long has ended with its coturn, and the next coturn may be there at once. */
const LASTING_MS = 10_000;

/** coturn's command line, kept open over restarts of coturn. */
export class CoturnCli {
  readonly #options: CoturnCliOptions;
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;
  #connection: CliConnection | undefined;
  /** Why there is none; each reason is logged once. */
  #trouble: string | undefined;

  constructor(options: CoturnCliOptions) {
    this.#options = options;
    this.#running = this.#keepOpen();
  }

  get isConnected(): boolean {
    return this.#connection !== undefined;
  }

  /** The coturn that we are, or were last, connected to. */
  version: string | undefined;

  /**
   * Does something on one connection, so that ids that it has listed are never taken for those of a coturn that was
   * started later.
   * @throws CliUnavailableError when there is no connection, or it ends.
   */
  async use<Result>(work: (connection: CliConnection) => Promise<Result>): Promise<Result> {
    if (this.#connection === undefined)
      throw new CliUnavailableError("there is no connection to coturn's command line");
    return work(this.#connection);
  }

  async close(): Promise<void> {
    this.#stopping.abort();
    this.#connection?.close();
    await this.#running;
  }

  async #keepOpen(): Promise<void> {
    const { signal } = this.#stopping;
    let pauseMs = FIRST_PAUSE_MS;
    while (!signal.aborted) {
      try {
        const connection = await this.#logIn();
        const sinceMs = performance.now();
        await connection.closed;
        const hasLasted = performance.now() - sinceMs > LASTING_MS;
        pauseMs = hasLasted ? FIRST_PAUSE_MS : Math.min(pauseMs * 2, TROUBLED_PAUSE_MS);
        this.#connection = undefined;
        this.#options.onChange(false);
        if (!signal.aborted) this.#report("coturn's command line is gone: relay sessions cannot be cut meanwhile");
      } catch (error) {
        this.#reportFailure(error);
        pauseMs = error instanceof CliPasswordError ? TROUBLED_PAUSE_MS : Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
      }
      await delay(pauseMs, undefined, { signal }).catch(() => {});
    }
  }

  async #logIn(): Promise<CliConnection> {
    const { address, password, realm, log, onChange } = this.#options;
    const connection = await CliConnection.open(address, await password());
    try {
      this.#stopping.signal.throwIfAborted();
      await prepareListings(connection, realm);
    } catch (error) {
      connection.close();
      throw error;
    }
    this.#connection = connection;
    this.version = connection.version;
    this.#trouble = undefined;
    log.info({ version: connection.version }, "logged in to coturn's command line");
    onChange(true);
    return connection;
  }

  #reportFailure(error: unknown): void {
    const { host, port } = this.#options.address;
    if (error instanceof CliPasswordError) {
      this.#report("coturn's command line refuses the password: set TURN_CLI_PASSWORD to the one of its cli-password");
    } else if (error instanceof CliUnavailableError) {
      this.#report(`coturn's command line does not answer on ${host}:${port}: relay sessions cannot be cut meanwhile`);
    } else {
      this.#report(`coturn's command line cannot be used: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  #report(trouble: string): void {
    if (this.#trouble === trouble || this.#stopping.signal.aborted) return;
    this.#trouble = trouble;
    this.#options.log.error(trouble);
  }
}
