import { readFile } from "node:fs/promises";

/**
 * Whether the kernel asks after the peer of an established connection of this machine (proc(5), timer 02 of /proc/net/tcp), as
 * it does on neither side by itself. Throws when there is no such connection. Linux only.
 */
export async function isKeptAlive(localPort: number | undefined, remotePort: number | undefined): Promise<boolean> {
  const texts = await Promise.all(["tcp", "tcp6"].map((name) => readFile(`/proc/net/${name}`, "utf8").catch(() => "")));
  for (const line of texts.join("").split("\n")) {
    const [, local, remote, state, , timer] = line.trim().split(/\s+/);
    if (state === "01" && portOf(local) === localPort && portOf(remote) === remotePort) {
      return timer?.startsWith("02:") ?? false;
    }
  }
  throw new Error(`no connection from port ${localPort} to port ${remotePort}`);
}

function portOf(address: string | undefined): number {
  return Number.parseInt(address?.split(":")[1] ?? "", 16);
}
