import { spawn } from "node:child_process";
import { randomBytes, randomInt } from "node:crypto";
import { once } from "node:events";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import Docker from "dockerode";

export interface PrivateDocker {
  /** For DOCKER_HOST. */
  readonly url: string;
  readonly socket: string;
  /** Of its bridge; containers have addresses that begin like it. */
  readonly address: string;
  readonly client: Docker;
  start(): Promise<void>;
  /** SIGTERM; containers end first, unless the engine restores live ones. */
  stop(): Promise<void>;
  /** SIGKILL: containers go on until the next start. */
  kill(): Promise<void>;
  /** SIGKILL to the containerd that it has started, and will start again. */
  killContainerd(): Promise<void>;
  /** SIGSTOP: it answers nobody, and sees nothing of what happens. */
  freeze(): Promise<void>;
  /** SIGCONT. */
  thaw(): Promise<void>;
  /** Ends it and removes all that is left of it. */
  close(): Promise<void>;
}

/** Starts an engine that nobody else uses. It does not outlive this process. */
export async function startPrivateDocker(options: { readonly liveRestore?: boolean } = {}): Promise<PrivateDocker> {
  const directory = await mkdtemp(join(tmpdir(), "rb-docker-"));
  const bridge = `rb${randomBytes(4).toString("hex")}`;
  // Several test runs share the machine.
  const address = `10.${randomInt(200, 250)}.${randomInt(256)}.1`;
  const keeper = spawn(join(import.meta.dirname, "private-docker.sh"), [directory, bridge, address], {
    stdio: ["pipe", "pipe", "inherit"],
    // An interrupt of the terminal is ours; the keeper ends with its input.
    detached: true,
    env: { PATH: process.env["PATH"], LIVE_RESTORE: String(options.liveRestore ?? false) },
  });
  const exited = once(keeper, "exit");
  const lines = createInterface(keeper.stdout)[Symbol.asyncIterator]();
  const run = async (command: string) => {
    keeper.stdin.write(`${command}\n`);
    const { value } = await lines.next();
    if (value !== `ok ${command}`) throw new Error(`the private Docker engine did not ${command}`);
  };
  const socket = join(directory, "docker.sock");
  const close = async () => {
    keeper.stdin.end();
    await exited;
  };
  try {
    await run("start");
  } catch (error) {
    await close();
    throw error;
  }
  return {
    url: `unix://${socket}`,
    socket,
    address,
    client: new Docker({ socketPath: socket, host: "" }),
    start: () => run("start"),
    stop: () => run("stop"),
    kill: () => run("kill"),
    killContainerd: () => run("kill-containerd"),
    freeze: () => run("freeze"),
    thaw: () => run("thaw"),
    close,
  };
}
