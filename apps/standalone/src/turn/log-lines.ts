import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

const KEPT_LINES = 20;

/** Reads a process's output line by line, without secrets, and remembers the end of it for error messages. */
export class LogLines {
  readonly #secrets: readonly string[];
  readonly #onLine: (line: string) => void;
  readonly #last: string[] = [];

  constructor(secrets: readonly string[], onLine: (line: string) => void) {
    this.#secrets = secrets.filter((secret) => secret !== "");
    this.#onLine = onLine;
  }

  read(stream: Readable): void {
    createInterface({ input: stream, crlfDelay: Infinity }).on("line", (line) => {
      this.add(line);
    });
  }

  /** The last lines, oldest first. */
  tail(): string {
    return this.#last.join("\n");
  }

  /** A line of our own among those of the process. */
  add(line: string): void {
    if (line.trim() === "") return;
    const clean = this.#secrets.reduce((text, secret) => text.replaceAll(secret, "[redacted]"), line);
    this.#last.push(clean);
    if (this.#last.length > KEPT_LINES) this.#last.shift();
    this.#onLine(clean);
  }
}
