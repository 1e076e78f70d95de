import { closeRooms } from "@roombridge/rooms";
import { clearRooms, openTestRooms, registerTestHost } from "@roombridge/testing";
import { expect, onTestFinished, test } from "vitest";
import { useRooms } from "../test/setup.ts";
import { announceHost, listPingEndpoints, type HostBeat } from "./index.ts";

const suite = useRooms();

/** What a gateway that has just started tells. */
async function endpoints() {
  const rooms = openTestRooms(suite().databaseUrl);
  onTestFinished(() => closeRooms(rooms));
  return listPingEndpoints(rooms);
}

async function addHost(settings: Partial<HostBeat>, offer: { readonly pingPort?: number; readonly tls?: boolean }) {
  const { database } = suite().rooms;
  const host = await registerTestHost(database, settings);
  const control = { url: "http://127.0.0.1:1", secret: "secret" };
  await announceHost(database, { ...host, control, terminatesTls: offer.tls ?? false, pingPort: offer.pingPort });
}

test("each region that has one is told one live host, in the order of the regions; one with a certificate first", async () => {
  const { database } = suite().rooms;
  await clearRooms(database);
  await addHost({ hostId: "a", regions: ["Tokyo", "Seattle"], publicHost: "a.example" }, { pingPort: 1 });
  await addHost({ hostId: "b", regions: ["Tokyo", "Dubai"], publicHost: "b.example" }, { pingPort: 2, tls: true });
  await addHost({ hostId: "c", regions: ["Tokyo", "London"], publicHost: "c.example" }, {});
  await addHost({ hostId: "d", regions: ["Frankfurt"], publicHost: "d.example" }, { pingPort: 4 });
  await database.sql`update hosts set beat_at = clock_timestamp() - interval '7 seconds' where host_id = 'd'`;
  expect(await endpoints()).toEqual([
    { region: "Seattle", host: "a.example", port: 1 },
    { region: "Tokyo", host: "b.example", port: 2 },
    { region: "Dubai", host: "b.example", port: 2 },
  ]);
});

test("without a host that answers pings there is none", async () => {
  await clearRooms(suite().rooms.database);
  expect(await endpoints()).toEqual([]);
});
