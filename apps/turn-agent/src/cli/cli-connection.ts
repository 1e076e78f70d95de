import { randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";

export interface CliAddress {
  readonly host: string;
  readonly port: number;
}

/** coturn does not take the password. */
export class CliPasswordError extends Error {
  override readonly name = "CliPasswordError";
}

/** The connection to the command line is broken, or could not be made. */
export class CliUnavailableError extends Error {
  override readonly name = "CliUnavailableError";
}

const TIMEOUT_MS = 10_000;
/** 100,000 sessions are about 40 MB. */
const MAX_ANSWER_BYTES = 256 * 1024 * 1024;
const PROMPT = "> ";
const ASKS_PASSWORD = /Enter password: \r?\n$/;

interface Pending {
  readonly isComplete: (tail: string) => boolean;
  readonly resolve: (answer: string) => void;
  readonly reject: (error: Error) => void;
}

/**
 * A telnet connection to coturn's command line, logged in. coturn takes whatever one packet brings for one command: the
 * next one is sent when the prompt is back.
 */
export class CliConnection {
  /** Settles when the connection has ended. */
  readonly closed: Promise<void>;
  /** As in the greeting: `4.6.1`. */
  version: string | undefined;
  readonly #socket: Socket;
  #chunks: Buffer[] = [];
  #bytes = 0;
  #tail = "";
  #pending: Pending | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #failure: Error | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => this.#receive(chunk));
    socket.on("error", (error) => this.#end(new CliUnavailableError(error.message, { cause: error })));
    this.closed = new Promise((resolve) => {
      socket.on("close", () => {
        this.#end(new CliUnavailableError("coturn has closed the connection to its command line"));
        resolve();
      });
    });
  }

  /**
   * Logs in.
   * @throws CliPasswordError when the password is refused, CliUnavailableError when there is no command line at this address.
   */
  static async open({ host, port }: CliAddress, password: string): Promise<CliConnection> {
    const connection = new CliConnection(connect({ host, port }));
    try {
      const greeting = await connection.#ask(undefined, (tail) => ASKS_PASSWORD.test(tail) || endsInPrompt(tail));
      connection.version = /^Coturn-([\d.]+)/m.exec(greeting)?.[1];
      if (ASKS_PASSWORD.test(greeting)) await connection.#logIn(password);
      return connection;
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  /**
   * The lines with which coturn answers a command. Commands are run one after the other.
   * @throws CliUnavailableError when the connection ends or coturn does not answer in 10 s.
   */
  run(command: string): Promise<string> {
    const answer = this.#last.then(async () => {
      const text = await this.#ask(command, endsInPrompt);
      return text.slice(0, -PROMPT.length);
    });
    this.#last = answer.catch(() => {});
    return answer;
  }

  /**
   * The same for an answer that quotes clients, who may write a prompt too: whatever comes before the answer to a question
   * that nobody can guess belongs to it.
   */
  runQuoting(command: string): Promise<string> {
    const answer = this.#last.then(async () => {
      const marker = `end-${randomBytes(8).toString("hex")}`;
      const beginning = await this.#ask(command, endsInPrompt);
      const rest = await this.#ask(`cc ${marker}`, (tail) => tail.endsWith(`: ${marker}.\r\n\r\n${PROMPT}`));
      const text = beginning + rest;
      return text.slice(0, text.lastIndexOf(`${PROMPT}\r\n  Error: `));
    });
    this.#last = answer.catch(() => {});
    return answer;
  }

  /** Ends the connection; commands that are not answered fail. */
  close(reason = "the connection to coturn's command line is closed"): void {
    this.#end(new CliUnavailableError(reason));
    this.#socket.destroy();
  }

  async #logIn(password: string): Promise<void> {
    const answer = await this.#ask(password, (tail) => ASKS_PASSWORD.test(tail) || endsInPrompt(tail));
    if (!endsInPrompt(answer)) throw new CliPasswordError("coturn's command line does not take the password");
  }

  async #ask(command: string | undefined, isComplete: Pending["isComplete"]): Promise<string> {
    if (this.#failure) throw this.#failure;
    const timer = setTimeout(() => this.close("coturn's command line does not answer"), TIMEOUT_MS);
    try {
      return await new Promise<string>((resolve, reject) => {
        this.#pending = { isComplete, resolve, reject };
        if (command !== undefined) this.#socket.write(`${command}\r\n`);
      });
    } finally {
      clearTimeout(timer);
    }
  }

  #receive(chunk: Buffer): void {
    // Nobody asked: an earlier answer was not over when it looked so.
    if (this.#pending === undefined) return this.close("coturn's command line talks out of turn");
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes > MAX_ANSWER_BYTES) return this.close("coturn's command line answers without end");
    this.#tail = `${this.#tail}${chunk.toString("latin1")}`.slice(-64);
    const { isComplete, resolve } = this.#pending;
    if (!isComplete(this.#tail)) return;
    const answer = Buffer.concat(this.#chunks).toString("utf8");
    this.#pending = undefined;
    this.#chunks = [];
    this.#bytes = 0;
    this.#tail = "";
    resolve(answer);
  }

  #end(failure: Error): void {
    this.#failure ??= failure;
    this.#pending?.reject(this.#failure);
    this.#pending = undefined;
  }
}

/** All other lines of coturn begin with a space, a dot or nothing. */
function endsInPrompt(text: string): boolean {
  return text === PROMPT || text.endsWith(`\n${PROMPT}`);
}
