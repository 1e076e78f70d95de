import { createRoom, openDatabase } from "@roombridge/rooms";
import {
  createDeployment,
  createTenant,
  registerTestHost,
  runWaitingProcesses,
  startCuttingProxy,
  TEST_REGION,
} from "@roombridge/testing";
import { createLog } from "@roombridge/service";
import { expect, onTestFinished, test } from "vitest";
import { useRooms } from "../../test/setup.ts";
import { OutageLog } from "../outage-log.ts";
import { ConnectionWatch } from "./connection-watch.ts";

const suite = useRooms();
const log = createLog({ name: "test", level: "silent", format: "json" });

test("a player who comes while the word that nobody is there gets lost is told of", async () => {
  const { rooms, databaseUrl } = suite();
  const { database } = rooms;
  const beat = await registerTestHost(database);
  const { application } = await createTenant(database);
  await createDeployment(database, application, { command: "game" });
  const { processId = "" } = await createRoom(rooms, { application, region: TEST_REGION });
  await runWaitingProcesses(database, beat);
  const since = async () => {
    const [row] = await database.sql<{ at: Date | null }[]>`
      select no_connections_since as at from processes where process_id = ${processId}`;
    return row?.at ?? null;
  };

  const proxy = await startCuttingProxy(databaseUrl);
  onTestFinished(() => proxy.close());
  const own = openDatabase({ url: proxy.url, applicationName: "test" });
  onTestFinished(() => own.close());
  let players = 0;
  const provider = { countConnections: async () => new Map([[processId, players]]) };
  const { hostId, incarnation } = beat;
  const watch = new ConnectionWatch({ database: own, provider, hostId, incarnation, outages: new OutageLog(log) });

  // The statement is prepared then: from now on it is sent and done in one go.
  await watch.round();
  players = 1;
  await watch.round();
  expect(await since()).toBeNull();

  players = 0;
  proxy.cutNext(processId, "before_answer");
  await watch.round();
  await proxy.cut();
  expect(await since()).not.toBeNull();
  players = 1;
  await watch.round();
  expect(await since()).toBeNull();

  // And the other way round: the word that somebody is there gets lost, and nobody is there any more.
  players = 0;
  await watch.round();
  const first = await since();
  players = 1;
  proxy.cutNext(processId, "before_request");
  await watch.round();
  await proxy.cut();
  players = 0;
  await watch.round();
  expect(await since()).not.toEqual(first);
});
