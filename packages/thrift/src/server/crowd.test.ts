import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished } from "vitest";
import { EveryClient } from "../../test/every.ts";
import { post } from "../../test/http-client.ts";
import { frame, message, RawClient } from "../../test/raw-client.ts";
import { theader } from "../../test/theader.ts";
import { ThriftClient } from "../index.ts";
import { WireType } from "../protocol/wire-types.ts";

const IDLE = 2_000;
const HALF_SENT = 40;

async function startMeasured() {
  const program = fileURLToPath(new URL("../../test/peers/measured-server.ts", import.meta.url));
  const child = spawn(process.execPath, ["--expose-gc", program], { stdio: ["pipe", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const line = async () => String((await lines.next()).value);
  const port = Number(await line());
  const measure = async (): Promise<{ bytes: number; connections: number }> => {
    child.stdin.write("\n");
    return JSON.parse(await line());
  };
  return { port, measure };
}

/** Of one call, in the middle of many. */
async function medianMs(client: EveryClient): Promise<number> {
  const times = [];
  for (let at = 0; at < 300; at += 1) {
    const start = performance.now();
    await client.add(1n, 2n);
    times.push(performance.now() - start);
  }
  return times.toSorted((a, b) => a - b)[150] ?? Infinity;
}

it(`${IDLE} idle and ${HALF_SENT} half-sent connections cost little memory and nobody else's time`, async () => {
  const { port, measure } = await startMeasured();
  const transport = new ThriftClient({ port });
  const client = new EveryClient(transport);
  await medianMs(client);
  const [timeBefore, { bytes: bytesBefore }] = [await medianMs(client), await measure()];

  const text = message("text", (output) => {
    output.writeField(WireType.STRING, 1);
    output.writeString("x".repeat(60_000));
    output.writeStop();
  });
  const forms = [text, frame(text), post(text), theader(text)];
  const clients: RawClient[] = [];
  while (clients.length < IDLE + HALF_SENT) {
    const open = Array.from({ length: 120 }, () => RawClient.open(port));
    clients.push(...(await Promise.all(open)));
  }
  onTestFinished(() => {
    for (const { socket } of clients) socket.destroy();
  });
  for (const [at, half] of clients.slice(0, HALF_SENT).entries()) half.send((forms[at % 4] ?? text).subarray(0, -2));
  let { connections } = await measure();
  while (connections <= IDLE + HALF_SENT) ({ connections } = await measure());

  const [timeAfter, { bytes: bytesAfter }] = [await medianMs(client), await measure()];
  await transport.close();
  // Measured: 11 MB more, and no difference in time. The margins are for busy machines.
  expect(bytesAfter - bytesBefore).toBeLessThan(120_000_000);
  expect(timeAfter).toBeLessThan(20 * timeBefore + 20);
});
