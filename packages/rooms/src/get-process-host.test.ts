import {
  createDeployment,
  createTenant,
  createTestDatabase,
  openTestRooms,
  registerTestHost,
  TEST_REGION,
} from "@roombridge/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  announceHost,
  claimProcesses,
  closeRooms,
  createProcess,
  drawControlSecret,
  endProcess,
  getProcessHost,
  newUuid,
  registerHost,
  reportBooted,
  type RoomsContext,
} from "./index.ts";

let rooms: RoomsContext;
let drop: () => Promise<void>;

beforeAll(async () => {
  const database = await createTestDatabase();
  drop = () => database.drop();
  rooms = openTestRooms(database.url);
});

afterAll(async () => {
  await closeRooms(rooms);
  await drop();
});

test("the host of a process is found from its claim until after its end, in its own application only", async () => {
  const { database } = rooms;
  const { application } = await createTenant(database);
  await createDeployment(database, application);
  const { appId } = application;
  const host = await registerTestHost(database);
  const { processId } = await createProcess(rooms, application, TEST_REGION);
  const found = () => getProcessHost(rooms, appId, processId);
  const nobody = { processId, kind: "none", control: undefined, hasBegun: false, hasEnded: false };
  expect(await found()).toEqual(nobody);

  await claimProcesses(database, { ...host, limit: 10 });
  expect(await found()).toEqual({ ...nobody, kind: "host" });

  const control = { url: "http://127.0.0.1:1", secret: drawControlSecret() };
  await announceHost(database, { ...host, control, terminatesTls: false });
  await reportBooted(database, processId);
  expect(await found()).toEqual({ processId, kind: "host", control, hasBegun: true, hasEnded: false });

  await endProcess(database, { processId, reason: "exited", exitCode: 0 });
  expect(await found()).toEqual({ processId, kind: "host", control, hasBegun: true, hasEnded: true });

  const { application: other } = await createTenant(database);
  for (const [asked, id] of [
    [other.appId, processId],
    [appId, newUuid()],
    [appId, "nonsense"],
  ] as const) {
    await expect(getProcessHost(rooms, asked, id)).rejects.toMatchObject({ code: "process_not_found" });
  }
});

test("a host that has a successor cannot point gateways at itself", async () => {
  const { database } = rooms;
  const elder = await registerTestHost(database);
  const younger = { ...elder, incarnation: newUuid() };
  await registerHost(database, younger);
  const control = (port: number) => ({ url: `http://127.0.0.1:${port}`, secret: drawControlSecret() });
  await announceHost(database, { ...younger, control: control(2), terminatesTls: false });
  await announceHost(database, { ...elder, control: control(1), terminatesTls: true });
  const [row] =
    await database.sql`select control_url as url, terminates_tls as tls from hosts where host_id = ${elder.hostId}`;
  expect(row).toEqual({ url: "http://127.0.0.1:2", tls: false });
});
