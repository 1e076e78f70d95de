import { openDatabase, type Database } from "@roombridge/rooms";
import { createTestDatabase, registerTestHost } from "@roombridge/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseCommandEnv } from "../env.ts";
import { hostDrain, hostList, hostUndrain } from "./host.ts";
import { UsageError } from "./usage-error.ts";

let url: string;
let database: Database;
let drop: () => Promise<void>;

beforeAll(async () => {
  const created = await createTestDatabase();
  ({ url } = created);
  drop = () => created.drop();
  database = openDatabase({ url, applicationName: "test" });
});

afterAll(async () => {
  await database.close();
  await drop();
});

async function run(command: typeof hostDrain, ...args: string[]): Promise<string[]> {
  const lines: string[] = [];
  await command(args, parseCommandEnv({ DATABASE_URL: url }), (line) => void lines.push(line));
  return lines;
}

test("a host is listed, drained and taken back", async () => {
  await registerTestHost(database, { hostId: "host-a", regions: ["Tokyo"], maxProcesses: 3 });
  await database.sql`update hosts set beat_at = 'infinity' where host_id = 'host-a'`;
  expect(await run(hostList)).toEqual(["host-a\tlocal\talive\t0 of 3 game servers, 0 rooms\tTokyo"]);
  expect(await run(hostDrain, "--host", "host-a")).toEqual(["host-a is empty"]);
  expect(await run(hostList)).toEqual(["host-a\tlocal\talive, drained\t0 game servers, 0 rooms\tTokyo"]);
  expect(await run(hostUndrain, "--host", "host-a")).toEqual(["host-a takes game servers again, within two seconds"]);
});

test("waiting for a host to be empty ends with a failure when it is not", async () => {
  await registerTestHost(database, { hostId: "host-b" });
  await database.sql`
    insert into processes (process_id, pool_id, app_id, deployment_id, region, status, rooms_per_process, rooms_allocated, host_id)
    values (gen_random_uuid(), 1, 'app', 'dep', 'Tokyo', 'running', 5, 2, 'host-b')`;
  expect(await run(hostDrain, "--host", "host-b")).toEqual([
    "host-b takes no more game servers; 1 game servers with 2 rooms are left",
  ]);
  await expect(run(hostDrain, "--host", "host-b", "--wait", "1")).rejects.toThrow(
    "host-b is drained, and has 1 game servers with 2 rooms after 1 s",
  );
  const ending = run(hostDrain, "--host", "host-b", "--wait", "60");
  await database.sql`update processes set terminated_at = clock_timestamp() where host_id = 'host-b'`;
  expect(await ending).toEqual(["host-b is empty"]);
});

test("a host that nobody knows is refused, and so is none", async () => {
  await expect(run(hostDrain, "--host", "nobody")).rejects.toThrow("no host nobody");
  await expect(run(hostUndrain, "--host", "nobody")).rejects.toThrow("no host nobody is drained");
  await expect(run(hostDrain)).rejects.toThrow(UsageError);
  await expect(run(hostDrain, "--host", "host-a", "--wait", "soon")).rejects.toThrow("--wait");
});
