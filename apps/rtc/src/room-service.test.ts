import { RoomNotFoundException, RoomService, RoomServiceClient } from "@roombridge/models/thrift";
import { closeRooms, createRoom, destroyRoom, getRoomInfo, type RoomsContext } from "@roombridge/rooms";
import {
  createDeployment,
  createTenant,
  createTestDatabase,
  openTestRooms,
  registerTestHost,
  type Tenant,
} from "@roombridge/testing";
import { ApplicationException, createProcessor, ThriftClient, ThriftServer } from "@roombridge/thrift";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createRoomService } from "./room-service.ts";

let rooms: RoomsContext;
let drop: () => Promise<void>;
let tenant: Tenant;
let service: RoomServiceClient;
const cleanUp: (() => Promise<void>)[] = [];

beforeAll(async () => {
  const database = await createTestDatabase();
  drop = () => database.drop();
  rooms = openTestRooms(database.url);
});
beforeEach(async () => {
  tenant = await createTenant(rooms.database);
  service = await serve(tenant, 3);
});
afterAll(async () => {
  for (const end of cleanUp) await end();
  await closeRooms(rooms);
  await drop();
});

/** A server of its own for one application. */
async function serve({ application }: Tenant, listsMax: number): Promise<RoomServiceClient> {
  const handler = createRoomService(rooms, { application, region: "Washington_DC", listsMax });
  const server = new ThriftServer({ processors: [createProcessor(RoomService, handler)] });
  const client = new ThriftClient({ port: await server.listen({ port: 0 }) });
  cleanUp.push(
    () => client.close(),
    () => server.close(),
  );
  return new RoomServiceClient(client);
}

describe("create", () => {
  test("makes a room without a game server for an application that has no deployment", async () => {
    const info = await service.create();
    expect(info.username).toMatch(/^[0-9a-z]{16}\.[0-9a-z]{16}$/);
    expect(info.password).toMatch(/^[\w-]{43}$/);
    const seconds = info.expires - Date.now() / 1_000;
    expect(seconds).toBeGreaterThan(3_500);
    expect(seconds).toBeLessThan(3_700);
    expect(await getRoomInfo(rooms, tenant.application.appId, info.id)).toMatchObject({
      status: "scheduling",
      currentAllocation: null,
    });
  });

  test("makes a room on a process for an application that has one", async () => {
    await createDeployment(rooms.database, tenant.application);
    await registerTestHost(rooms.database);
    const info = await service.create();
    const room = await getRoomInfo(rooms, tenant.application.appId, info.id);
    expect(room.status).toBe("active");
    expect(room.currentAllocation).not.toBeNull();
  });

  test("its rooms end with their credential, with a process or without: RoomService has no destroy", async () => {
    const endOf = async (roomId: string) => {
      const [row] = await rooms.database.sql<{ seconds: number }[]>`
        select extract(epoch from expires_at)::float8 as seconds from rooms
         where app_id = ${tenant.application.appId} and room_id = ${roomId}`;
      return row?.seconds ?? 0;
    };
    const without = await service.create();
    expect(await endOf(without.id)).toBeCloseTo(without.expires, 2);
    await createDeployment(rooms.database, tenant.application);
    await registerTestHost(rooms.database);
    const withProcess = await service.create();
    expect(await endOf(withProcess.id)).toBeCloseTo(withProcess.expires, 2);
  });

  test("says plainly when there is no capacity", async () => {
    await createDeployment(rooms.database, tenant.application, { maxProcesses: 0 });
    await registerTestHost(rooms.database);
    await expect(service.create()).rejects.toMatchObject({ type: 6, message: "no free slot in Washington_DC" });
  });
});

describe("get", () => {
  test("answers the credential that create answered", async () => {
    const info = await service.create();
    expect(await service.get(info.id)).toEqual(info);
  });

  test("answers the credential of a room that REST made, and not after it was destroyed", async () => {
    await createDeployment(rooms.database, tenant.application);
    await registerTestHost(rooms.database);
    const { application } = tenant;
    const room = await createRoom(rooms, { application, region: "Tokyo", roomId: "from-rest" });
    expect(await service.get("from-rest")).toMatchObject({
      username: room.credential.username,
      password: room.credential.password,
    });
    await destroyRoom(rooms, application.appId, "from-rest");
    await expect(service.get("from-rest")).rejects.toBeInstanceOf(RoomNotFoundException);
  });

  test.each([["unknown"], [""], ["a b"], ["\u0000"], ["x".repeat(10_000)], ["\u{1f3ae}"]])(
    "%j is not found, with a reason",
    async (id) => {
      await expect(service.get(id)).rejects.toMatchObject({
        name: "RoomNotFoundException",
        reason: expect.stringContaining("no room"),
      });
    },
  );

  test("does not find a room of another organisation", async () => {
    const stranger = await serve(await createTenant(rooms.database), 3);
    const info = await service.create();
    await expect(stranger.get(info.id)).rejects.toBeInstanceOf(RoomNotFoundException);
  });
});

describe("lists", () => {
  test("shows live rooms newest first, at most the limit, without passwords", async () => {
    const made = [];
    for (let n = 0; n < 5; n += 1) made.push(await service.create());
    await destroyRoom(rooms, tenant.application.appId, made[4]?.id ?? "");
    const listed = await service.lists();
    expect(listed.map((info) => info.id)).toEqual([made[3]?.id, made[2]?.id, made[1]?.id]);
    for (const info of listed) expect(info.password).toBeUndefined();
  });

  test("is empty for an application without rooms", async () => {
    expect(await service.lists()).toEqual([]);
  });
});

describe("the rest", () => {
  test("pppbool answers what it was given", async () => {
    expect([await service.pppbool(true), await service.pppbool(false)]).toEqual([true, false]);
  });

  test("a fault of ours is a fixed sentence", async () => {
    const broken = openTestRooms("postgres://nobody:secret@127.0.0.1:9/none");
    const handler = createRoomService(broken, { application: tenant.application, region: "Tokyo", listsMax: 1 });
    const server = new ThriftServer({ processors: [createProcessor(RoomService, handler)] });
    const client = new ThriftClient({ port: await server.listen({ port: 0 }) });
    cleanUp.push(
      () => client.close(),
      () => server.close(),
      () => closeRooms(broken),
    );
    await expect(new RoomServiceClient(client).lists()).rejects.toEqual(new ApplicationException(6, "internal error"));
  });
});
