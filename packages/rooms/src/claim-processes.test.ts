import { expect, test } from "vitest";
import { newGame } from "../test/game.ts";
import { useRooms } from "../test/setup.ts";
import { claimProcesses, createProcess } from "./index.ts";

const suite = useRooms();

test("a host gets no more processes than it asks for, whatever the planner believes of the table", async () => {
  const { rooms, application, database, host } = await newGame(suite().rooms);
  const start = () => createProcess(rooms, application, "London");
  const first = await start();
  // As after an autovacuum that found one process: the inner side of a nested loop is then run again for each row.
  await database.sql`analyze processes`;
  await Promise.all([start(), start(), start()]);
  const orders = await claimProcesses(database, { ...host, limit: 1 });
  expect(orders.map(({ processId }) => processId)).toEqual([first.processId]);
});
