import type { ChildProcess } from "node:child_process";

const QUOTED_CHARACTERS = 4_000;

/** What a child process has written, both streams in the order of their arrival. */
export interface AppOutput {
  readonly text: () => string;
  /** The end of it, for error messages. */
  readonly tail: () => string;
  /** The first whole line, past or to come, that matches; throws at the deadline and when the output ends. */
  readonly line: (pattern: RegExp, timeoutMs: number) => Promise<RegExpExecArray>;
}

/** Collects the output of `child`, which must have been started with pipes; `name` is for error messages. */
export function collectOutput(child: ChildProcess, name: string): AppOutput {
  let text = "";
  let ended: string | undefined;
  const listeners = new Set<() => void>();
  const changed = () => listeners.forEach((listener) => listener());
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
      changed();
    });
  }
  // "close" and not "exit": the last lines may arrive after the exit.
  child.once("close", (code, signal) => {
    ended = `ended (${signal ?? `exit code ${code}`})`;
    changed();
  });
  const tail = () => (text.length > QUOTED_CHARACTERS ? `…${text.slice(-QUOTED_CHARACTERS)}` : text);

  function line(pattern: RegExp, timeoutMs: number): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const match = matchLine(text, pattern);
        if (match !== undefined) settle(() => resolve(match));
        else if (ended !== undefined) fail(ended);
      };
      const fail = (why: string) =>
        settle(() => reject(new Error(`${name} ${why} before a line matched ${pattern}:\n${tail()}`)));
      const settle = (action: () => void) => {
        clearTimeout(timer);
        listeners.delete(look);
        action();
      };
      const timer = setTimeout(() => fail(`was given ${timeoutMs} ms, which passed`), timeoutMs);
      listeners.add(look);
      look();
    });
  }

  return { text: () => text, tail, line };
}

/** Only whole lines count: half of one could match with half of a port number. */
function matchLine(text: string, pattern: RegExp): RegExpExecArray | undefined {
  const stateless = new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, ""));
  for (const line of text.split("\n").slice(0, -1)) {
    const match = stateless.exec(line);
    if (match !== null) return match;
  }
  return undefined;
}
