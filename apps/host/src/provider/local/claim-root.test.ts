import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { retireHost } from "@roombridge/rooms";
import { registerTestHost } from "@roombridge/testing";
import { expect, onTestFinished, test } from "vitest";
import { useRooms } from "../../../test/setup.ts";
import { claimRoot } from "./claim-root.ts";

const suite = useRooms();

test("one directory is used by one host at a time, however often that one starts", async () => {
  const { database } = suite().rooms;
  const directory = await mkdtemp(join(tmpdir(), "roombridge-root-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const root = join(directory, "processes");
  const { hostId, incarnation } = await registerTestHost(database);
  await claimRoot(database, { root, hostId });
  await claimRoot(database, { root, hostId });
  const another = claimRoot(database, { root, hostId: "another", patienceMs: 0 });
  await expect(another).rejects.toThrow(`is in use by the host ${hostId}: each host needs a ROOMBRIDGE_DATA_DIR`);
  await retireHost(database, hostId, incarnation);
  await claimRoot(database, { root, hostId: "another", patienceMs: 0 });
});
