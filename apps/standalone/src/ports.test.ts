import { once } from "node:events";
import { createServer } from "node:net";
import { freePort } from "@roombridge/testing";
import { expect, onTestFinished, test } from "vitest";
import { checkPorts, type ListenAddress } from "./ports.ts";

test("every taken port is named together with the variable that changes it", async () => {
  const [gateway, rtc] = [await takePort(), await takePort()];
  const checked = checkPorts([address("GATEWAY", gateway), address("RTC", rtc), address("FREE", await freePort())], 0);
  await expect(checked).rejects.toThrow(
    `port ${gateway} of 127.0.0.1 is taken by another program; set GATEWAY_PORT to another one (0 means any free one)\n` +
      `port ${rtc} of 127.0.0.1 is taken by another program; set RTC_PORT to another one (0 means any free one)`,
  );
});

test("an address that is not ours is a problem of the host variable", async () => {
  const foreign = { ...address("GATEWAY", 0), host: "192.0.2.1" };
  await expect(checkPorts([foreign], 0)).rejects.toThrow(/EADDRNOTAVAIL.*GATEWAY_HOST/);
});

test("a port that becomes free in time is no problem", async () => {
  const server = await listen();
  const checked = checkPorts([address("GATEWAY", portOf(server))], 20_000);
  server.close();
  await checked;
});

function address(name: string, port: number): ListenAddress {
  return { host: "127.0.0.1", port, hostVariable: `${name}_HOST`, portVariable: `${name}_PORT` };
}

async function takePort(): Promise<number> {
  const server = await listen();
  onTestFinished(() => void server.close());
  return portOf(server);
}

async function listen() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

function portOf(server: ReturnType<typeof createServer>): number {
  const found = server.address();
  if (found === null || typeof found === "string") throw new Error("not listening");
  return found.port;
}
