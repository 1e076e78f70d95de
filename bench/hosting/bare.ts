import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { REPOSITORY_ROOT } from "@roombridge/testing";
import { firstByte } from "./first-byte.ts";

/** Milliseconds from the start of the game server as a plain child process to its first byte. */
export async function startBare(): Promise<number> {
  const startedAtMs = performance.now();
  const child = spawn(process.execPath, [join(REPOSITORY_ROOT, "examples/echo-room/src/main.ts")], {
    env: { PORT: "0" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  try {
    for await (const line of createInterface(child.stdout)) {
      const [, port] = /ready tcp=(\d+)/.exec(line) ?? [];
      if (port === undefined) continue;
      await firstByte({ host: "127.0.0.1", port: Number(port) }, "bare");
      return performance.now() - startedAtMs;
    }
    throw new Error("the game server ended before it was ready");
  } finally {
    child.kill("SIGTERM");
    await ended;
  }
}
