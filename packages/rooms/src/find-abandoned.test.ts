import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { newGame } from "../test/game.ts";
import { useRooms } from "../test/setup.ts";
import { claimProcesses, createProcess, endProcess, findAbandoned } from "./index.ts";

const suite = useRooms();
const ALIVE = "infinity";
const RETIRED = "-infinity";

test.each<[string, string, string, boolean]>([
  ["a living host's is for that host to clear away", ALIVE, "1 hour", false],
  ["a dead host's is abandoned", "2020-01-01", "0 seconds", true],
  ["a host's that is just retiring is not abandoned", RETIRED, "0 seconds", false],
  ["a host's that has retired is abandoned after a while", RETIRED, "1 minute", true],
])("what has ended and is %s", async (_what, beatAt, ago, isAbandoned) => {
  const { database, held, host } = await newHeld();
  await endProcess(database, { processId: held.processId, reason: "host_lost" });
  await database.sql`
    update processes set terminated_at = clock_timestamp() - ${ago}::interval where process_id = ${held.processId}`;
  await database.sql`update hosts set beat_at = ${beatAt} where host_id = ${host.hostId}`;
  expect(await findAbandoned(database, [held])).toEqual(isAbandoned ? [held] : []);
});

test("what runs, is unknown, or another host's is not abandoned", async () => {
  const { database, held, host } = await newHeld();
  await database.sql`update hosts set beat_at = '2020-01-01' where host_id = ${host.hostId}`;
  expect(await findAbandoned(database, [held])).toEqual([]);
  await endProcess(database, { processId: held.processId, reason: "host_lost" });
  const unknown = { processId: randomUUID(), hostId: host.hostId };
  const imitated = { ...held, hostId: "another" };
  expect(await findAbandoned(database, [unknown, imitated, held, unknown])).toEqual([held]);
  expect(await findAbandoned(database, [])).toEqual([]);
});

/** A process that a host has started. */
async function newHeld() {
  const { rooms, application, database, host } = await newGame(suite().rooms);
  const { processId } = await createProcess(rooms, application, "London");
  await claimProcesses(database, { ...host, limit: 1 });
  return { database, host, held: { processId, hostId: host.hostId } };
}
