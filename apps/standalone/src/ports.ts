import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

const POLL_MS = 100;

/** An address that a part is to listen on, and the variables that set it. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
  readonly hostVariable: string;
  readonly portVariable: string;
}

/**
 * Finds out before anything is started whether the addresses can be had; those in use are waited for, up to `waitMs`.
 * @throws Error that names every address that cannot, and the variables to change.
 */
export async function checkPorts(addresses: readonly ListenAddress[], waitMs: number): Promise<void> {
  const deadline = performance.now() + waitMs;
  const problems = await Promise.all(addresses.map((address) => problemOf(address, deadline)));
  const found = problems.filter((problem) => problem !== undefined);
  if (found.length > 0) throw new Error(found.join("\n"));
}

async function problemOf(address: ListenAddress, deadline: number): Promise<string | undefined> {
  for (;;) {
    const code = await tryListen(address);
    if (code === undefined) return undefined;
    if (code === "EADDRINUSE" && performance.now() < deadline) await delay(POLL_MS);
    else return describe(address, code);
  }
}

function describe({ host, port, hostVariable, portVariable }: ListenAddress, code: string): string {
  if (code === "EADDRINUSE") {
    return `port ${port} of ${host} is taken by another program; set ${portVariable} to another one (0 means any free one)`;
  }
  return `port ${port} of ${host} cannot be opened (${code}); check ${hostVariable} and ${portVariable}`;
}

/** Undefined when the address is free, else the error code. */
async function tryListen({ host, port }: ListenAddress): Promise<string | undefined> {
  const server = createServer();
  try {
    server.listen({ host, port, exclusive: true });
    await once(server, "listening");
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : String(error);
  }
  server.close();
  await once(server, "close");
  return undefined;
}
