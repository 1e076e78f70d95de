import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { existsSync } from "node:fs";
import { expect, onTestFinished, test } from "vitest";
import { parseSockets, readSockets } from "./socket-table.ts";

const HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode";
const row = (local: string, state: string, inode: number) =>
  `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000     0        0 ${inode} 1 0 100 0 0 10 0`;

test.each([
  ["00000000:1F40", "0A", { port: 8000, state: "bound", isLoopback: false }],
  ["0100007F:1F40", "0A", { port: 8000, state: "bound", isLoopback: true }],
  ["3500007F:0035", "0A", { port: 53, state: "bound", isLoopback: true }],
  ["0200000A:1F40", "01", { port: 8000, state: "established", isLoopback: false }],
  ["0200000A:1F40", "06", { port: 8000, state: "ended", isLoopback: false }],
  ["0200000A:1F40", "08", { port: 8000, state: "other", isLoopback: false }],
  ["00000000000000000000000000000000:1F40", "0A", { port: 8000, state: "bound", isLoopback: false }],
  ["00000000000000000000000001000000:1F40", "0A", { port: 8000, state: "bound", isLoopback: true }],
  ["0000000000000000FFFF00000100007F:1F40", "0A", { port: 8000, state: "bound", isLoopback: true }],
  ["0000000000000000FFFF00000200000A:1F40", "0A", { port: 8000, state: "bound", isLoopback: false }],
])("TCP %s in state %s is read", (local, state, expected) => {
  expect(parseSockets(`${HEAD}\n${row(local, state, 42)}\n`)).toEqual([{ protocol: "tcp", inode: "42", ...expected }]);
});

test("of UDP only what is not connected is bound, and files may follow each other", () => {
  const udp = [`${HEAD} ref pointer drops`, row("00000000:1F40", "07", 1), row("00000000:1F41", "01", 2)];
  const text = [HEAD, row("00000000:0050", "0A", 3), ...udp, HEAD, row("00000000:0051", "0A", 4), ""].join("\n");
  expect(parseSockets(text).map(({ protocol, state, inode }) => `${protocol} ${state} ${inode}`)).toEqual([
    "tcp bound 3",
    "udp bound 1",
    "udp other 2",
    "tcp bound 4",
  ]);
});

test.skipIf(!existsSync("/proc/net/tcp"))("the kernel's own tables are read so", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  const socket = createSocket("udp4").bind(0, "127.0.0.1");
  await Promise.all([once(server, "listening"), once(socket, "listening")]);
  onTestFinished(() => {
    server.close();
    socket.close();
  });
  const tcpPort = (server.address() as { port: number }).port;
  const client = connect(tcpPort, "127.0.0.1");
  onTestFinished(() => void client.destroy());
  const [accepted] = (await once(server, "connection")) as [{ destroy(): void }];
  onTestFinished(() => accepted.destroy());
  const found = await readSockets("/proc/net");
  const told = (port: number) =>
    found.filter((one) => one.port === port).map(({ protocol, state }) => `${protocol} ${state}`);
  expect(told(tcpPort).sort()).toEqual(["tcp bound", "tcp established"]);
  expect(told(socket.address().port)).toEqual(["udp bound"]);
  await expect(readSockets("/proc/nonexistent")).rejects.toThrow("ENOENT");
});
