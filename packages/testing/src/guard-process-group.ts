import { spawn } from "node:child_process";

/** Waits for a line (all is well) or the end of its input (we died, in whatever way), and then kills the group. */
const GUARD = 'read -r line || kill -s KILL -- "-$1"';

/**
 * Makes sure that the process group of `pid` does not outlive this process, even if this one is killed.
 * The returned function ends the watch; call it when the group has ended, before its number is used again.
 */
export function guardProcessGroup(pid: number): () => void {
  const guard = spawn("/bin/sh", ["-c", GUARD, "sh", String(pid)], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
    env: {},
  });
  guard.on("error", () => {});
  guard.stdin.on("error", () => {});
  guard.unref();
  // The types do not say that this end of a pipe is a socket; without this it would keep the test process alive.
  if ("unref" in guard.stdin && typeof guard.stdin.unref === "function") guard.stdin.unref();
  return () => guard.stdin.end("done\n");
}
