import { readEnv } from "./env.ts";
import { fromEnvironment } from "./identity.ts";
import type { Registered } from "./registered.ts";
import { startUdpServer } from "./udp-server.ts";
import { startWebServer } from "./web-server.ts";

const env = readEnv();
const registered = await openRegistration();
const web = await startWebServer(env, registered ?? fromEnvironment(env)).catch((error: unknown) =>
  fail("TCP", env.tcpPort, error),
);
// Port 0 means any: UDP then follows TCP to the number that it got.
const udpPort = env.udpPort === env.tcpPort ? web.port : env.udpPort;
const udp = await startUdpServer({ host: env.host, port: udpPort }).catch((error: unknown) =>
  fail("UDP", udpPort, error),
);

/** The client is loaded only where it is used: it would make the start of other game servers slower. */
async function openRegistration(): Promise<Registered | undefined> {
  if (!env.registration) return undefined;
  const module = await import("./registered.ts");
  return new module.Registered(env.registration);
}

let isStopping = false;

async function stop(): Promise<void> {
  if (isStopping) return;
  isStopping = true;
  udp.close();
  // Without an answer the rooms lose their process when the lease is over.
  await Promise.all([web.close(), registered?.close().catch(() => {})]);
  process.exit(0);
}
process.on("SIGTERM", () => void stop());
process.on("SIGINT", () => void stop());
await registered?.register({ tcp: web.port, udp: udp.port, maxRooms: env.maxRooms }, () => void stop()).catch(exit);
process.stdout.write(`echo-room ready tcp=${web.port} udp=${udp.port}\n`);

function fail(protocol: string, port: number, error: unknown): never {
  exit(`cannot listen on ${protocol} port ${port} of ${env.host}: ${messageOf(error)}`);
}

function exit(error: unknown): never {
  process.stderr.write(`echo-room ${messageOf(error)}\n`);
  process.exit(1);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
