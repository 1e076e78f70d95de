import { RoomServiceClient } from "@roombridge/models/thrift";
import { closeRooms } from "@roombridge/rooms";
import {
  createDeployment,
  createTenant,
  createTestDatabase,
  openTestRooms,
  registerTestHost,
  startApp,
  waitFor,
} from "@roombridge/testing";
import { type ClientTlsOptions, ThriftClient } from "@roombridge/thrift";
import { createServer } from "node:net";
import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import { createSelfSigned, hasOpenssl } from "../test/self-signed.ts";

async function environment() {
  const database = await createTestDatabase();
  const rooms = openTestRooms(database.url);
  onTestFinished(async () => {
    await closeRooms(rooms);
    await database.drop();
  });
  const { application, token } = await createTenant(rooms.database);
  const env = {
    RTC_PORT: "0",
    RTC_APP_ID: application.appId,
    DATABASE_URL: database.url,
    TURN_CREDENTIAL_KEYS: `test:${Buffer.alloc(32, 7).toString("base64")}`,
    LOG_FORMAT: "json",
    LOG_LEVEL: "debug",
  };
  return { env, rooms, application, token };
}

const rtc = { path: "apps/rtc/src/main.ts", readyPattern: /"port":(\d+).*"rtc ready"/ };

test("answers what is under way when it is told to stop, and logs no password", async () => {
  const { env, rooms, application } = await environment();
  await createDeployment(rooms.database, application);
  await registerTestHost(rooms.database);
  const app = await startApp({ ...rtc, env });
  const [client, other] = [
    new ThriftClient({ port: Number(app.ready[1]) }),
    new ThriftClient({ port: Number(app.ready[1]) }),
  ];
  const service = new RoomServiceClient(client);
  const info = await service.create();

  const { sql } = rooms.database;
  const { underWay, exit } = await sql.begin(async (holder) => {
    await holder`select lock_pool(pool_id) from pools where app_id = ${application.appId}`;
    const calls = Promise.all(Array.from({ length: 20 }, () => service.create()));
    await waitFor(
      async () => (await sql`select from pg_locks where locktype = 'advisory' and not granted`).length > 0,
      {
        what: "the server waits for the pool",
      },
    );
    await new RoomServiceClient(other).pppbool(true);
    const stopped = app.stop();
    await app.line(/"rtc draining"/);
    await expect(new RoomServiceClient(other).pppbool(true)).rejects.toThrow(
      /shutting down|connection ended|no connection/,
    );
    return { underWay: calls, exit: stopped };
  });
  expect(await underWay).toHaveLength(20);
  expect(await exit).toEqual({ code: 0, signal: null });
  expect(app.output()).toContain('"method":"create"');
  expect(app.output()).not.toContain(info.password);
  await client.close();
  await other.close();
});

/** This machine, by a name that does not show it: what listens there counts as exposed. */
const EXPOSED = "127.1";

test.skipIf(!hasOpenssl)("beyond this machine it serves TLS clients with a certificate and nobody else", async () => {
  const { env } = await environment();
  const { certFile, keyFile, cert, key } = createSelfSigned();
  const tls = { RTC_TLS_CERT_FILE: certFile, RTC_TLS_KEY_FILE: keyFile, RTC_TLS_CA_FILE: certFile };
  const app = await startApp({ ...rtc, env: { ...env, ...tls, RTC_HOST: EXPOSED } });
  const call = async (tls?: ClientTlsOptions) => {
    const client = new ThriftClient({ port: Number(app.ready[1]), ...(tls && { tls }) });
    try {
      return await new RoomServiceClient(client).pppbool(true);
    } finally {
      await client.close();
    }
  };
  expect(await call({ ca: cert, cert, key })).toBe(true);
  await expect(call({ ca: cert })).rejects.toThrow(/no connection|connection ended/);
  await expect(call()).rejects.toThrow(/connection ended/);
  await app.line(/only TLS is spoken here/);
  expect(await app.stop()).toEqual({ code: 0, signal: null });
});

test("beyond this machine it serves HTTP with a token of the organisation, if told so, and nobody else", async () => {
  const { env, token, rooms } = await environment();
  const stranger = await createTenant(rooms.database);
  const app = await startApp({ ...rtc, env: { ...env, RTC_HTTP_ONLY: "1", RTC_HOST: EXPOSED } });
  const port = Number(app.ready[1]);
  // pppbool(true), in strict binary.
  const body = Buffer.from("8001000100000007707070626f6f6c00000001" + "0200010100", "hex");
  const call = async (authorization?: string) => {
    const headers = { "content-type": "application/x-thrift", ...(authorization && { authorization }) };
    const response = await fetch(`http://127.0.0.1:${port}/`, { method: "POST", headers, body });
    return [response.status, Buffer.from(await response.arrayBuffer()).includes("pppbool")];
  };
  expect(await call(`Bearer ${token}`)).toEqual([200, true]);
  expect(await call()).toEqual([401, false]);
  expect(await call("Bearer wrong")).toEqual([401, false]);
  expect(await call(`Bearer ${stranger.token}`)).toEqual([401, false]);
  const client = new ThriftClient({ port });
  await expect(new RoomServiceClient(client).pppbool(true)).rejects.toThrow(/connection ended/);
  await client.close();
  await app.line(/only HTTP is spoken here/);
  expect(app.output()).not.toContain(token);
});

test.each([
  ["an unknown application", { RTC_APP_ID: "app-unknown" }, /there is no application app-unknown/],
  ["an exposed address without TLS", { RTC_HOST: EXPOSED }, /RTC_INSECURE=1/],
  [
    "a database that is not there",
    { DATABASE_URL: "postgres://u:topsecret@127.0.0.1:9/x" },
    /could not start|ECONNREFUSED/,
  ],
])("%s ends it at once with the reason", async (_what, change, reason) => {
  const start = startApp({ ...rtc, env: { ...(await environment()).env, ...change } });
  await expect(start).rejects.toThrow(reason);
  await expect(start).rejects.not.toThrow(/topsecret/);
});

test("a taken port is named with the variable that moves it", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  onTestFinished(() => void other.close());
  const address = other.address();
  const port = typeof address === "object" ? address?.port : undefined;
  await expect(startApp({ ...rtc, env: { ...(await environment()).env, RTC_PORT: String(port) } })).rejects.toThrow(
    /set RTC_PORT/,
  );
});
