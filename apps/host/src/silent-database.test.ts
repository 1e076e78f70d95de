import { startCuttingProxy, waitFor } from "@roombridge/testing";
import { expect, onTestFinished, test } from "vitest";
import { ECHO_ROOM, newGame, newMachine, useRooms } from "../test/setup.ts";

const suite = useRooms();

test("a host whose connections fall silent keeps its lease and its rooms, and starts game servers again", async () => {
  const machine = await newMachine(suite(), { game: ECHO_ROOM });
  const proxy = await startCuttingProxy(suite().databaseUrl);
  const host = await machine.startHost({ DATABASE_URL: proxy.url });
  onTestFinished(async () => {
    await host.stop();
    await proxy.close();
  });
  const game = await newGame(machine, { command: "game", roomsPerProcess: 1 });
  const before = await game.create();
  await game.active(before.roomId);

  proxy.silenceAll();
  proxy.speak();
  // Whoever keeps house would take the room off its process when the lease is over, and place no new one.
  const after = await game.create();
  let hasLapsed = false;
  await waitFor(
    async () => {
      const [lease] = await machine.database.sql<{ isAlive: boolean }[]>`
        select bool_or(host_is_alive(beat_at)) as "isAlive" from hosts`;
      hasLapsed ||= lease?.isAlive !== true;
      return (await game.connection(after.roomId)).status === "active";
    },
    { what: "the host to start a game server", timeoutMs: 60_000 },
  );
  expect(hasLapsed).toBe(false);
  expect(await game.info(before.roomId)).toMatchObject({
    currentAllocation: { processId: before.processId },
    allocations: [{ unscheduledAt: null }],
  });
  expect((await game.processes()).map(({ status }) => status)).toEqual(["running", "running"]);
}, 120_000);
