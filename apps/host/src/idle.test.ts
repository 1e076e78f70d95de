import { once } from "node:events";
import { waitFor } from "@roombridge/testing";
import { expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import { ECHO_ROOM, newGame, newMachine, useRooms } from "../test/setup.ts";

const suite = useRooms();
const UDP = [{ name: "udp", port: 8001, transportType: "udp" as const }];

type Machine = Awaited<ReturnType<typeof newMachine>>;

async function play(settings: Partial<Parameters<typeof newGame>[1]> = {}) {
  const machine = await newMachine(suite(), { game: ECHO_ROOM });
  const host = await machine.startHost();
  const game = await newGame(machine, { command: "game", ...settings });
  return { machine, host, game, ...(await follow(machine, game)) };
}

/** A running process of the game with a room. */
async function follow({ database: { sql } }: Machine, game: Awaited<ReturnType<typeof newGame>>) {
  const { roomId, processId = "" } = await game.create();
  const { exposedPort } = await game.active(roomId);
  const since = async () => {
    const [row] = await sql<{ at: Date | null }[]>`
      select no_connections_since as at from processes where process_id = ${processId}`;
    return row?.at ?? null;
  };
  return {
    roomId,
    processId,
    since,
    connect: async () => {
      const socket = new WebSocket(`ws://127.0.0.1:${exposedPort?.port}/${roomId}`);
      onTestFinished(() => socket.terminate());
      await once(socket, "message");
      return socket;
    },
    isQuiet: (wanted: boolean) =>
      waitFor(async () => ((await since()) !== null) === wanted, {
        what: wanted ? "a time since when nobody is connected" : "the connection to be seen",
        timeoutMs: 20_000,
      }),
    /** What lasts 300 s has lasted that long. */
    age: async () => {
      await sql`
        update processes set started_at = started_at - interval '301 seconds',
               no_connections_since = no_connections_since - interval '301 seconds' where process_id = ${processId}`;
      await sql`
        update room_allocations set scheduled_at = scheduled_at - interval '301 seconds' where process_id = ${processId}`;
    },
  };
}

test("a game server that nobody is connected to is stopped, and its room is kept", { timeout: 90_000 }, async () => {
  const { game, roomId, connect, since, isQuiet, age } = await play();
  const socket = await connect();
  await isQuiet(false);
  socket.terminate();
  await isQuiet(true);
  const first = await since();
  const again = await connect();
  await isQuiet(false);
  again.terminate();
  await isQuiet(true);
  expect((await since())?.getTime()).toBeGreaterThan(first?.getTime() ?? Infinity);
  await age();
  await game.unscheduled(roomId);
  expect(await game.processes()).toMatchObject([{ status: "stopped", stopReason: "idle", exitCode: 0 }]);
  expect((await game.info(roomId)).status).toBe("scheduling");
});

test(
  "a game server with a UDP port may have players whom nobody sees, so it goes on",
  { timeout: 90_000 },
  async () => {
    const { machine, since, age, processId } = await play({ additionalContainerPorts: UDP });
    const game = await newGame(machine, { command: "game" });
    const tcpOnly = await follow(machine, game);
    // Both were there in the same looks.
    await tcpOnly.isQuiet(true);
    expect(await since()).toBeNull();
    await age();
    await tcpOnly.age();
    await game.unscheduled(tcpOnly.roomId);
    const { sql } = machine.database;
    expect(await sql`select status from processes where process_id = ${processId}`).toEqual([{ status: "running" }]);
  },
);

test(
  "a host that goes on with a game server looks anew: who came while there was none is seen",
  { timeout: 90_000 },
  async () => {
    const { machine, host, connect, since, isQuiet, age, processId } = await play();
    await isQuiet(true);
    await host.kill();
    await age();
    const socket = await connect();
    const next = await machine.startHost();
    await next.line(/game server adopted/, 20_000);
    expect(await since()).toBeNull();
    socket.terminate();
    await isQuiet(true);
    const { sql } = machine.database;
    expect(await sql`select status from processes where process_id = ${processId}`).toEqual([{ status: "running" }]);
  },
);
