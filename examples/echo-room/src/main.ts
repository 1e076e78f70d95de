import { readEnv } from "./env.ts";
import { startUdpServer } from "./udp-server.ts";
import { startWebServer } from "./web-server.ts";

const env = readEnv();
const web = await startWebServer(env).catch((error: unknown) => fail("TCP", env.tcpPort, error));
// Port 0 means any: UDP then follows TCP to the number that it got.
const udpPort = env.udpPort === env.tcpPort ? web.port : env.udpPort;
const udp = await startUdpServer({ host: env.host, port: udpPort }).catch((error: unknown) =>
  fail("UDP", udpPort, error),
);

let isStopping = false;

async function stop(): Promise<void> {
  if (isStopping) return;
  isStopping = true;
  udp.close();
  await web.close();
  process.exit(0);
}
process.on("SIGTERM", () => void stop());
process.on("SIGINT", () => void stop());
process.stdout.write(`echo-room ready tcp=${web.port} udp=${udp.port}\n`);

function fail(protocol: string, port: number, error: unknown): never {
  const reason = error instanceof Error ? error.message : String(error);
  process.stderr.write(`echo-room cannot listen on ${protocol} port ${port} of ${env.host}: ${reason}\n`);
  process.exit(1);
}
