import { type ChildProcess, spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";

const MAIN = join(import.meta.dirname, "main.ts");

function run(env: Record<string, string>) {
  const child = spawn(process.execPath, [MAIN], { env, stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

async function start(env: Record<string, string> = {}) {
  const child = run({ PORT: "0", ...env });
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  const [, tcp, udp] = /ready tcp=(\d+) udp=(\d+)/.exec(line.toString()) ?? [];
  return { child, tcp: Number(tcp), udp: Number(udp) };
}

/** A player with everything it hears, in order. */
async function joinRoom(port: number, roomId: string) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/${roomId}`);
  const heard: (string | Buffer)[] = [];
  const waiting: (() => void)[] = [];
  socket.on("message", (data: Buffer, isBinary: boolean) => {
    heard.push(isBinary ? data : data.toString());
    waiting.shift()?.();
  });
  const next = async () => {
    if (heard.length === 0) await new Promise<void>((resolve) => waiting.push(resolve));
    return heard.shift();
  };
  await once(socket, "open");
  return { socket, next };
}

async function exit(child: ChildProcess): Promise<number> {
  const [code] = (await once(child, "exit")) as [number];
  return code;
}

test("a player is greeted with its room and hears back text and binary messages", async () => {
  const { tcp } = await start({
    HATHORA_PROCESS_ID: "process-1",
    HATHORA_REGION: "Sao_Paulo",
    HATHORA_INITIAL_ROOM_ID: "first",
    HATHORA_INITIAL_ROOM_CONFIG: '{"map":"a=b"}',
  });
  const { socket, next } = await joinRoom(tcp, "first?token=x");
  const hello = { type: "hello", processId: "process-1", region: "Sao_Paulo" };
  expect(JSON.parse(String(await next()))).toEqual({ ...hello, roomId: "first", roomConfig: '{"map":"a=b"}' });
  socket.send("grüß dich");
  expect(await next()).toBe("grüß dich");
  socket.send(Buffer.from([0, 255]));
  expect(await next()).toEqual(Buffer.from([0, 255]));
  const other = await joinRoom(tcp, "second");
  expect(JSON.parse(String(await other.next()))).toEqual({ ...hello, roomId: "second", roomConfig: null });
});

test("one room too many is refused, until another one is empty", async () => {
  const { tcp } = await start({ HATHORA_ROOMS_PER_PROCESS: "1" });
  const first = await joinRoom(tcp, "a");
  const mate = await joinRoom(tcp, "a");
  const refused = await joinRoom(tcp, "b");
  expect((await once(refused.socket, "close"))[0]).toBe(1013);
  first.socket.close();
  mate.socket.close();
  await Promise.all([once(first.socket, "close"), once(mate.socket, "close")]);
  const later = await joinRoom(tcp, "b");
  expect(String(await later.next())).toContain("hello");
});

test("a path that is no room is refused", async () => {
  const { tcp } = await start();
  for (const path of ["", "a/b", "a%20b", "a".repeat(101)]) {
    const socket = new WebSocket(`ws://127.0.0.1:${tcp}/${path}`);
    const [error] = (await once(socket, "error")) as [Error];
    expect(error.message).toContain("400");
  }
});

test("the status lists the rooms", async () => {
  const { tcp } = await start();
  await joinRoom(tcp, "a");
  const answer = await fetch(`http://127.0.0.1:${tcp}/`);
  expect(await answer.json()).toMatchObject({ maxRooms: 100, rooms: [{ roomId: "a", players: 1 }] });
});

test("datagrams come back, too large ones do not", async () => {
  const { udp, tcp } = await start();
  expect(udp).toBe(tcp);
  const socket = createSocket("udp4");
  onTestFinished(() => void socket.close());
  socket.send(Buffer.alloc(1_201), udp, "127.0.0.1");
  socket.send(Buffer.from("ping"), udp, "127.0.0.1");
  const [answer] = (await once(socket, "message")) as [Buffer];
  expect(answer.toString()).toBe("ping");
});

test("SIGTERM closes players with 1001 and exits 0 within a second", async () => {
  const { child, tcp } = await start();
  const { socket } = await joinRoom(tcp, "a");
  const exited = exit(child);
  const began = performance.now();
  child.kill("SIGTERM");
  expect((await once(socket, "close"))[0]).toBe(1001);
  expect(await exited).toBe(0);
  expect(performance.now() - began).toBeLessThan(1_000);
});

test("a port that is taken is said and exits 1", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const child = run({ PORT: String(port) });
  const [message, code] = await Promise.all([text(child.stderr), exit(child)]);
  expect(message).toContain(`cannot listen on TCP port ${port}`);
  expect(code).toBe(1);
});

test("a port that is no number is said and exits 1", async () => {
  const child = run({ PORT: "http" });
  const [message, code] = await Promise.all([text(child.stderr), exit(child)]);
  expect(message).toBe("PORT: expected a whole number from 0 to 65535\n");
  expect(code).toBe(1);
});
