import { closeRooms, type RoomsContext } from "@roombridge/rooms";
import { createTenant, createTestDatabase, createToken, openTestRooms } from "@roombridge/testing";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { asCaller } from "../test/suite.ts";
import type { AdmissionSettings } from "./admission.ts";
import { createApp } from "./app.ts";
import { parseTrustedProxies } from "./trusted-proxies.ts";

let rooms: RoomsContext;
let drop: () => Promise<void>;
let appId: string;
let orgId: string;
let token: string;

beforeAll(async () => {
  const database = await createTestDatabase();
  rooms = openTestRooms(database.url);
  const tenant = await createTenant(rooms.database);
  ({ appId, orgId } = tenant.application);
  ({ token } = tenant);
  drop = () => database.drop();
});

afterAll(async () => {
  await closeRooms(rooms);
  await drop();
});

const OFF: AdmissionSettings = {
  proxies: undefined,
  header: "x-forwarded-for",
  publicRate: { perSecond: 0, burst: 1 },
  tokenRate: { perSecond: 0, burst: 1 },
  authFailuresPerMinute: 0,
};
/** Nothing is filled up again while a test runs. */
const ONCE_PER_HOUR = 1 / 3_600;

/** A gateway with these limits; `ask` as the listener hands over what comes from an address. */
function gatewayWith(settings: Partial<AdmissionSettings>) {
  const lines: string[] = [];
  const log = pino({ level: "info" }, { write: (line: string) => void lines.push(line) });
  const app = createApp({ rooms, log, lifecycle: { isDraining: false }, admission: { ...OFF, ...settings } });
  const ask = async (remoteAddress: string, path: string, headers: Record<string, string> = {}, method = "GET") => {
    const incoming = { socket: { remoteAddress }, headers };
    return app.request(path, { method, headers }, { incoming });
  };
  const statuses = async (times: number, ...asked: Parameters<typeof ask>) => {
    const answers: number[] = [];
    for (let n = 0; n < times; n += 1) answers.push((await ask(...asked)).status);
    return answers;
  };
  return { ask, statuses, lines };
}

const PUBLIC = "/rooms/v2/app-1/connectioninfo/unknown";
const listRooms = () => `/rooms/v2/${appId}/list`;

describe("what anybody may call", () => {
  const publicRate = { perSecond: ONCE_PER_HOUR, burst: 2 };

  test("is limited by address: 429 that pages can read, with the seconds to wait", async () => {
    const { ask, statuses } = gatewayWith({ publicRate });
    expect(await statuses(3, "203.0.113.9", PUBLIC)).toEqual([404, 404, 429]);
    const refusal = await ask("203.0.113.9", PUBLIC, { origin: "https://game.example" });
    expect(refusal.headers.get("access-control-allow-origin")).toBe("*");
    expect(Number(refusal.headers.get("retry-after"))).toBeGreaterThan(3_000);
    expect(await refusal.json()).toEqual({ message: "too many requests from your address; try again later" });
    expect(await statuses(1, "203.0.113.8", PUBLIC)).toEqual([404]);
  });

  test("counts together: operations, pages and what is not there, but no probe and no preflight", async () => {
    const { ask, statuses } = gatewayWith({ publicRate });
    expect(await statuses(1, "203.0.113.9", "/openapi.json")).toEqual([200]);
    expect(await statuses(1, "203.0.113.9", "/nothing")).toEqual([404]);
    expect(await statuses(1, "203.0.113.9", "/docs")).toEqual([429]);
    expect(await statuses(1, "203.0.113.9", "/nothing")).toEqual([429]);
    expect(await statuses(3, "203.0.113.9", "/healthz")).toEqual([200, 200, 200]);
    expect((await ask("203.0.113.9", PUBLIC, {}, "OPTIONS")).status).toBe(204);
  });

  test("takes a /64 of IPv6 for one client", async () => {
    const { statuses } = gatewayWith({ publicRate });
    expect(await statuses(2, "2001:db8::1", PUBLIC)).toEqual([404, 404]);
    expect(await statuses(1, "2001:db8::ffff:1", PUBLIC)).toEqual([429]);
    expect(await statuses(1, "2001:db8:0:1::1", PUBLIC)).toEqual([404]);
  });

  test("is not limited for programs of this machine, but for whom a proxy of this machine names", async () => {
    const { statuses } = gatewayWith({ publicRate, proxies: parseTrustedProxies("loopback") });
    expect(await statuses(4, "127.0.0.1", PUBLIC)).toEqual([404, 404, 404, 404]);
    const player = { "x-forwarded-for": "198.51.100.1, 203.0.113.9" };
    expect(await statuses(3, "127.0.0.1", PUBLIC, player)).toEqual([404, 404, 429]);
    expect(await statuses(1, "::1", PUBLIC, { "x-forwarded-for": "127.0.0.1" })).toEqual([404]);
    expect(await statuses(2, "127.0.0.1", PUBLIC, { "x-forwarded-for": "127.0.0.1" })).toEqual([404, 429]);
  });

  test("is not limited by what comes with a token of the organisation", async () => {
    const { statuses } = gatewayWith({ publicRate });
    expect(await statuses(4, "203.0.113.9", listRooms(), asCaller(token))).toEqual([200, 200, 200, 200]);
  });
});

test("a token may be used as often as the operator says, from wherever", async () => {
  const { ask, statuses } = gatewayWith({ tokenRate: { perSecond: ONCE_PER_HOUR, burst: 2 } });
  expect(await statuses(2, "203.0.113.9", listRooms(), asCaller(token))).toEqual([200, 200]);
  const refusal = await ask("127.0.0.1", listRooms(), { authorization: token });
  expect(refusal.status).toBe(429);
  expect(refusal.headers.get("retry-after")).toMatch(/^\d+$/);
  expect(await refusal.text()).not.toContain(token);
  expect(await statuses(1, "127.0.0.1", listRooms(), asCaller("another"))).toEqual([401]);
  expect(await statuses(5, "203.0.113.9", PUBLIC)).toEqual([404, 404, 404, 404, 404]);
});

test("a player who asks for a relay is anybody, and a server that does so for one is not", async () => {
  const { statuses } = gatewayWith({ publicRate: { perSecond: ONCE_PER_HOUR, burst: 2 } });
  const asked = [`/rooms/v2/${appId}/iceservers/unknown`, asCaller("a.b.c"), "POST"] as const;
  expect(await statuses(3, "203.0.113.9", ...asked)).toEqual([401, 401, 429]);
  expect(await statuses(3, "203.0.113.9", asked[0], asCaller(token), "POST")).toEqual([404, 404, 404]);
});

describe("wrong tokens", () => {
  const guess = () => asCaller(`guess-${Math.random()}`);

  test("lead to 429 for all that comes from the address and was not known to be good", async () => {
    const { ask, statuses } = gatewayWith({ authFailuresPerMinute: 3 });
    for (let n = 0; n < 3; n += 1) expect((await ask("203.0.113.9", listRooms(), guess())).status).toBe(401);
    const refusal = await ask("203.0.113.9", listRooms(), guess());
    expect([refusal.status, refusal.headers.get("retry-after")]).toEqual([429, expect.stringMatching(/^\d+$/)]);
    expect(await statuses(1, "203.0.113.9", listRooms(), asCaller(token))).toEqual([429]);
    expect(await statuses(1, "203.0.113.8", listRooms(), asCaller(token))).toEqual([200]);
    expect(await statuses(1, "203.0.113.9", PUBLIC)).toEqual([404]);
  });

  test("of a stale copy do not lock out a neighbour whose token was good meanwhile", async () => {
    const { statuses } = gatewayWith({ authFailuresPerMinute: 3 });
    expect(await statuses(1, "203.0.113.9", listRooms(), asCaller("stale"))).toEqual([401]);
    expect(await statuses(1, "203.0.113.9", listRooms(), asCaller(token))).toEqual([200]);
    expect(await statuses(4, "203.0.113.9", listRooms(), asCaller("stale"))).toEqual([401, 401, 429, 429]);
    expect(await statuses(2, "203.0.113.9", listRooms(), asCaller(token))).toEqual([200, 200]);
  });

  test("are not those that are good and do not reach", async () => {
    const { statuses } = gatewayWith({ authFailuresPerMinute: 1 });
    const scoped = await createToken(rooms.database, orgId, []);
    expect(await statuses(3, "203.0.113.9", listRooms(), asCaller(scoped))).toEqual([401, 401, 401]);
    expect(await statuses(1, "203.0.113.9", listRooms(), asCaller(token))).toEqual([200]);
  });

  test("are counted neither on this machine, nor where there is no token at all", async () => {
    const { statuses } = gatewayWith({ authFailuresPerMinute: 1 });
    expect(await statuses(3, "127.0.0.1", listRooms(), asCaller("wrong"))).toEqual([401, 401, 401]);
    expect(await statuses(3, "203.0.113.9", listRooms())).toEqual([401, 401, 401]);
  });
});

test("a proxy that nobody has named is told of once, with its address", async () => {
  const { ask, lines } = gatewayWith({});
  for (let n = 0; n < 200; n += 1) await ask("10.0.0.1", PUBLIC, { "x-forwarded-for": "203.0.113.9" });
  const warnings = lines.filter((line) => line.includes("TRUSTED_PROXIES"));
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toContain('"client":"10.0.0.1"');
});

test("the access log names the client, and never what it says of others", async () => {
  const { ask, lines } = gatewayWith({ proxies: parseTrustedProxies("loopback") });
  await ask("127.0.0.1", "/nothing", { "x-forwarded-for": "198.51.100.1, 203.0.113.9" });
  expect(lines.at(-1)).toContain('"client":"203.0.113.9"');
  expect(lines.join("")).not.toContain("198.51.100.1");
});
