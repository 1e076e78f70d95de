import { execFile } from "node:child_process";
import type { ServerAccount } from "./server-account.ts";

/** The server's programs see nothing of our environment; C and UTC keep messages and times the same everywhere. */
export const SERVER_ENVIRONMENT = { LC_ALL: "C", TZ: "UTC", PATH: "/usr/local/bin:/usr/bin:/bin" };

export interface Finished {
  readonly ok: boolean;
  /** Both streams, trimmed; when the program could not be started, the reason. */
  readonly output: string;
}

/** Runs a program to its end as `account`. Never throws for what the program does. */
export function runProgram(
  file: string,
  args: readonly string[],
  options: { readonly account: ServerAccount | undefined; readonly cwd: string; readonly timeoutMs: number },
): Promise<Finished> {
  const { account, cwd, timeoutMs: timeout } = options;
  // Node drops our supplementary groups together with the uid.
  const settings = { ...account, cwd, timeout, env: SERVER_ENVIRONMENT, killSignal: "SIGKILL" as const };
  return new Promise((resolve) => {
    execFile(file, args, settings, (error, stdout, stderr) => {
      const output = `${stdout}${stderr}`.trim();
      if (error === null) return resolve({ ok: true, output });
      const reason = error.killed ? `no end after ${timeout / 1000} s` : error.message;
      return resolve({ ok: false, output: output === "" ? reason : output });
    });
  });
}
