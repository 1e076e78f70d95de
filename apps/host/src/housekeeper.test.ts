import { beatHost, createRoom, LeaseWatch, openDatabase, openHousekeepingLock } from "@roombridge/rooms";
import { createLog } from "@roombridge/service";
import {
  createDeployment,
  createTenant,
  registerTestHost,
  runWaitingProcesses,
  TEST_REGION,
} from "@roombridge/testing";
import { expect, onTestFinished, test } from "vitest";
import { useRooms } from "../test/setup.ts";
import { startHousekeeper } from "./housekeeper.ts";
import { OutageLog } from "./outage-log.ts";

const suite = useRooms();

/** The functions of a database whose clock we can set; ours stands in the search path before the real one. */
const CLOCK = `
create sequence ahead_seconds minvalue 0 start 0;
create function clock_timestamp() returns timestamptz language sql volatile as $$
  select pg_catalog.clock_timestamp() + make_interval(secs => (select last_value from ahead_seconds))
$$;
do $$ begin execute format('alter database %I set search_path = public, pg_catalog', current_database()); end $$`;

test("nobody is taken for lost because the clock of the database was set", async () => {
  const { rooms, databaseUrl } = suite();
  await rooms.database.sql.unsafe(CLOCK);
  const database = openDatabase({ url: databaseUrl, applicationName: "test" });
  onTestFinished(() => database.close());
  const beat = await registerTestHost(database);
  const { application } = await createTenant(database);
  await createDeployment(database, application, { command: "game" });
  await createRoom({ ...rooms, database }, { application, region: TEST_REGION });
  await runWaitingProcesses(database, beat);

  const steady = () => {
    const watch = new LeaseWatch();
    for (const agoMs of [8_000, 4_000, 0]) watch.beaten(performance.now() - agoMs);
    return watch;
  };
  const lock = openHousekeepingLock(databaseUrl);
  onTestFinished(() => lock.close());
  const settings = { unscheduledTtlHours: 72, bindDeadlineSeconds: 100 };
  const outages = new OutageLog(createLog({ name: "test", level: "silent", format: "json" }));
  const round = (watch: LeaseWatch) => startHousekeeper({ database, lock, settings, outages, watch }).stop();
  const living = async () => (await database.sql`select from processes where terminated_at is null`).length;
  const watch = steady();
  await beatHost(database, beat);
  await round(watch);
  expect(await living()).toBe(1);

  await database.sql`select setval('ahead_seconds', 3600)`;
  await round(watch);
  expect(await living()).toBe(1);
  // Who does not know that the clock was set believes that the lease is over.
  await round(steady());
  expect(await living()).toBe(0);
});
