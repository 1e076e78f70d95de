import {
  claimDeliveries,
  closeRooms,
  createRoom,
  createWebhook,
  destroyRoom,
  enqueueWebhookEvents,
  findDeliveries,
  getWebhook,
  replayWebhook,
  rotateWebhookSecret,
  runHousekeeping,
  updateRoomConfig,
  updateWebhook,
} from "@roombridge/rooms";
import { openTelemetry } from "@roombridge/service/telemetry";
import { createTenant, openTestRooms, TEST_REGION, waitFor } from "@roombridge/testing";
import { pino } from "pino";
import { Webhook as StandardWebhook } from "standardwebhooks";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { startReceiver, type Received, type Receiver } from "../../test/receiver.ts";
import { useGateway } from "../../test/suite.ts";
import { startWebhooks } from "./webhook-dispatcher.ts";

const suite = useGateway();
const RETRY = { firstSeconds: 0.2, maxSeconds: 2 };
const SOON = { pollMs: 100, stopMs: 200 };
/** For whoever waits until a receiver that was down has everything. */
const LONG = { timeoutMs: 40_000 };

beforeAll(async () => {
  await suite().rooms.feed.listen(suite().databaseUrl, () => {});
});

/** A gateway's part that sends; two of them are two gateways. */
function startGateway(allowsPrivate = true) {
  const { rooms } = suite();
  const dispatcher = startWebhooks(rooms, { log: pino({ level: "silent" }), allowsPrivate, retry: RETRY, ...SOON });
  onTestFinished(() => dispatcher.stop());
  return dispatcher;
}

async function arrange(settings: { readonly types?: Parameters<typeof createWebhook>[1]["types"] } = {}) {
  const { rooms } = suite();
  const { application, token } = await createTenant(rooms.database);
  const receiver = await startReceiver();
  onTestFinished(() => receiver.close());
  const principal = { orgId: application.orgId, orgTokenId: "org-token-test", scopes: null };
  const webhook = await createWebhook(rooms, {
    application,
    principal,
    url: receiver.url,
    types: settings.types ?? null,
  });
  const { appId } = application;
  const { webhookId } = webhook;
  return {
    rooms,
    token,
    appId,
    receiver,
    webhook,
    named: { appId, webhookId },
    create: (roomId: string) => createRoom(rooms, { application, region: TEST_REGION, needsProcess: false, roomId }),
    update: (roomId: string, roomConfig = "x") => updateRoomConfig(rooms, appId, roomId, roomConfig),
    destroy: (roomId: string) => destroyRoom(rooms, appId, roomId),
    look: () => getWebhook(rooms, appId, webhookId),
    deliveries: async () => (await findDeliveries(rooms, { appId, webhookId }, { limit: 500 })).deliveries,
  };
}

function accepted({ accepted: all }: Receiver, count: number) {
  return waitFor(() => all.length >= count, { what: `${count} accepted events`, ...LONG });
}

/** The types that a receiver accepted of each room, in its order. */
function typesByRoom(all: readonly Received[]): Record<string, string[]> {
  const byRoom = Map.groupBy(all, ({ event }) => event.data.roomId ?? "");
  return Object.fromEntries([...byRoom].map(([roomId, events]) => [roomId, events.map(({ event }) => event.type)]));
}

/** Creates rooms, changes each three times, and destroys it. */
async function play({ create, update, destroy }: Awaited<ReturnType<typeof arrange>>, roomIds: readonly string[]) {
  await Promise.all(
    roomIds.map(async (roomId) => {
      await create(roomId);
      for (let count = 0; count < 3; count += 1) await update(roomId);
      await destroy(roomId);
    }),
  );
}

const LIFE = ["room.created", "room.updated", "room.updated", "room.updated", "room.destroyed"];

describe("what is sent", () => {
  test("is the event, signed so that the library of Standard Webhooks takes it", async () => {
    const { appId, create, receiver, webhook, update } = await arrange();
    startGateway();
    await create("arena");
    await accepted(receiver, 1);
    const [first] = receiver.accepted;
    expect(first?.event).toEqual({
      type: "room.created",
      timestamp: expect.any(String),
      data: { appId, roomId: "arena", region: TEST_REGION, processId: null, status: "scheduling" },
    });
    expect(first?.headers).toMatchObject({ "content-type": "application/json", "user-agent": "roombridge-webhooks" });
    const verifier = new StandardWebhook(webhook.secret);
    const headers = (one?: Received) =>
      Object.fromEntries(Object.entries(one?.headers ?? {}).map(([name, value]) => [name, String(value)]));
    expect(verifier.verify(first?.body ?? "", headers(first))).toEqual(first?.event);
    expect(() => verifier.verify(`${first?.body} `, headers(first))).toThrow("No matching signature");

    const { secret } = await rotateWebhookSecret(suite().rooms, { appId, webhookId: webhook.webhookId });
    await update("arena");
    await accepted(receiver, 2);
    const [, second] = receiver.accepted;
    for (const known of [webhook.secret, secret]) {
      expect(new StandardWebhook(known).verify(second?.body ?? "", headers(second))).toEqual(second?.event);
    }
    await suite().rooms.database.sql`
      update webhooks set previous_secret_until = clock_timestamp() where webhook_id = ${webhook.webhookId}`;
    await update("arena");
    await accepted(receiver, 3);
    const third = receiver.accepted[2];
    expect(() => verifier.verify(third?.body ?? "", headers(third))).toThrow("No matching signature");
    expect(new StandardWebhook(secret).verify(third?.body ?? "", headers(third))).toEqual(third?.event);
  });

  test("is of the wanted types only, and what happened before the webhook was there is not sent", async () => {
    const { create, destroy, receiver, deliveries } = await arrange({ types: ["room.destroyed"] });
    await create("a");
    startGateway();
    await destroy("a");
    await accepted(receiver, 1);
    expect(receiver.accepted.map(({ event }) => event.type)).toEqual(["room.destroyed"]);
    expect(await deliveries()).toHaveLength(1);
  });
});

describe("a receiver that was down for a while gets everything, once each by id, in order per room", () => {
  test("when it refused connections, and two gateways send", async () => {
    const game = await arrange();
    const { receiver } = game;
    const before = Array.from({ length: 10 }, (_, index) => `before-${index}`);
    const meanwhile = Array.from({ length: 10 }, (_, index) => `meanwhile-${index}`);
    startGateway();
    startGateway();
    const playing = play(game, before);
    await accepted(receiver, 5);
    await receiver.goDown();
    await Promise.all([playing, play(game, meanwhile)]);
    await waitFor(async () => (await game.look()).failingSince !== null, { what: "a failure" });
    await receiver.comeBack();
    await accepted(receiver, 100);
    await waitFor(async () => (await game.deliveries()).every(({ state }) => state === "delivered"), LONG_END);
    const once = new Map(receiver.accepted.toReversed().map((one) => [one.id, one]));
    expect(once.size).toBe(100);
    const inOrder = [...once.values()].toReversed();
    for (const roomId of [...before, ...meanwhile])
      expect([roomId, typesByRoom(inOrder)[roomId]]).toEqual([roomId, LIFE]);
    expect((await game.look()).failingSince).toBeNull();
  });

  test("when it answered 500 now and then", async () => {
    const game = await arrange();
    const { receiver } = game;
    let count = 0;
    receiver.answer = (_, response) => {
      count += 1;
      response.writeHead(count % 4 === 0 ? 500 : 200).end("a body that nobody reads");
    };
    startGateway();
    const roomIds = Array.from({ length: 6 }, (_, index) => `room-${index}`);
    await play(game, roomIds);
    await accepted(receiver, 30);
    expect(new Set(receiver.accepted.map(({ id }) => id)).size).toBe(30);
    expect(receiver.accepted).toHaveLength(30);
    for (const roomId of roomIds) expect(typesByRoom(receiver.accepted)[roomId]).toEqual(LIFE);
    const failed = (await game.deliveries()).filter(({ attempts }) => attempts > 1);
    expect(failed.length).toBeGreaterThan(0);
  });

  test("when the gateway that was sending has gone without a word", async () => {
    const game = await arrange();
    const { receiver, rooms } = game;
    await game.create("a");
    // As if it had been claimed by somebody who was killed.
    await waitFor(
      async () => {
        await enqueueWebhookEvents(rooms.database);
        return (await game.deliveries()).length === 1;
      },
      { what: "the event" },
    );
    const claimed = await claimDeliveries(rooms.database, { parallel: 8, busy: {}, limit: 8, holdSeconds: 0.5 });
    expect(claimed).toHaveLength(1);
    startGateway();
    await accepted(receiver, 1);
    expect(receiver.received).toHaveLength(1);
  });
});

const LONG_END = { what: "the end of all deliveries", ...LONG };

test("a receiver that asks to be left alone for a while is, with this event and with all others", async () => {
  const game = await arrange();
  const { receiver, rooms, webhook } = game;
  receiver.answer = (_, response) => response.writeHead(429, { "retry-after": "1800" }).end();
  startGateway();
  await game.create("a");
  await waitFor(async () => (await game.deliveries())[0]?.lastStatus === 429, { what: "the answer" });
  const [wait] = await rooms.database.sql<{ event: number; all: number }[]>`
    select extract(epoch from d.due_at - d.last_attempt_at)::integer as event,
           extract(epoch from w.retry_at - d.last_attempt_at)::integer as all
      from webhooks w join webhook_deliveries d on d.webhook_id = w.webhook_id where w.webhook_id = ${webhook.webhookId}`;
  expect(wait).toEqual({ event: 1_800, all: 1_800 });
  await game.create("b");
  expect(receiver.received).toHaveLength(1);
});

test("what becomes of attempts is counted", async () => {
  const telemetry = await openTelemetry({
    resource: { "service.name": "gateway" },
    listener: { host: "127.0.0.1", port: 0 },
    metrics: undefined,
    traces: undefined,
  });
  onTestFinished(() => telemetry.close());
  const game = await arrange();
  const { receiver, rooms } = game;
  let count = 0;
  receiver.answer = (_, response) => {
    count += 1;
    if (count === 1) response.socket?.destroy();
    else response.writeHead(count === 2 ? 500 : 204).end();
  };
  const log = pino({ level: "silent" });
  const dispatcher = startWebhooks(rooms, { log, allowsPrivate: true, telemetry, retry: RETRY, ...SOON });
  onTestFinished(() => dispatcher.stop());
  await game.create("a");
  await waitFor(async () => (await game.deliveries())[0]?.state === "delivered", LONG_END);
  const text = await (await fetch(`http://127.0.0.1:${telemetry.port}/metrics`)).text();
  for (const outcome of ["unreachable", "refused", "accepted"])
    expect(text).toMatch(new RegExp(`^roombridge_webhook_attempts_total\\{outcome="${outcome}"\\} 1$`, "m"));
});

test("a room whose event is refused holds up no other room", async () => {
  const game = await arrange();
  const { receiver } = game;
  receiver.answer = ({ event }, response) => response.writeHead(event.data.roomId === "poison" ? 400 : 204).end();
  startGateway();
  await play(game, ["poison", "good"]);
  await accepted(receiver, 5);
  expect(typesByRoom(receiver.accepted)).toEqual({ good: LIFE });
  const pending = (await game.deliveries()).filter(({ state }) => state === "pending");
  expect(pending).toHaveLength(5);
  expect(pending.at(-1)).toMatchObject({ lastStatus: 400, lastError: "answered 400" });
  expect(pending.slice(0, 4).map(({ dueAt, attempts }) => [dueAt, attempts])).toEqual(Array(4).fill([null, 0]));
});

describe("a webhook is disabled", () => {
  test("after 72 hours of failures, and goes on where it was when it is enabled again", async () => {
    const { appId, webhook, receiver, rooms, create, update, look } = await arrange();
    await receiver.goDown();
    startGateway();
    await create("a");
    await waitFor(async () => (await look()).failingSince !== null, { what: "a failure" });
    await rooms.database.sql`
      update webhooks set failing_since = clock_timestamp() - interval '72 hours' where webhook_id = ${webhook.webhookId}`;
    await waitFor(async () => (await look()).disabledReason === "failing", { what: "the end", ...LONG });
    await update("a");
    await receiver.comeBack();
    await updateWebhook(rooms, { appId, webhookId: webhook.webhookId }, { isEnabled: true });
    await accepted(receiver, 2);
    expect(receiver.accepted.map(({ event }) => event.type)).toEqual(["room.created", "room.updated"]);
    expect(await look()).toMatchObject({ disabledAt: null, disabledReason: null, failingSince: null });
  });

  test("by a receiver that answers 410", async () => {
    const { receiver, create, look } = await arrange();
    receiver.answer = (_, response) => response.writeHead(410).end();
    startGateway();
    await create("a");
    await waitFor(async () => (await look()).disabledReason === "gone", { what: "the end" });
    await create("b");
    expect(receiver.received).toHaveLength(1);
  });
});

test("an event that has failed for 72 hours is given up, and the next of its room follows", async () => {
  const game = await arrange();
  const { receiver, rooms, webhook } = game;
  receiver.answer = ({ event }, response) => response.writeHead(event.type === "room.created" ? 400 : 204).end();
  startGateway();
  await game.create("a");
  await game.update("a");
  await waitFor(() => receiver.received.length > 0, { what: "an attempt" });
  await rooms.database.sql`
    update webhook_deliveries set created_at = created_at - interval '73 hours'
     where webhook_id = ${webhook.webhookId} and type = 'room.created'`;
  await accepted(receiver, 1);
  await waitFor(
    async () => (await game.deliveries()).map(({ state }) => state).join() === "delivered,given_up",
    LONG_END,
  );
});

test("a replay sends everything since then again, under the same ids and in the same order", async () => {
  const game = await arrange();
  const { receiver, rooms, named } = game;
  startGateway();
  await play(game, ["a", "b"]);
  await accepted(receiver, 10);
  const first = receiver.accepted.splice(0);
  await replayWebhook(rooms, named, new Date(Date.now() - 3_600_000));
  await accepted(receiver, 10);
  expect(receiver.accepted).toHaveLength(10);
  expect(new Set(receiver.accepted.map(({ id }) => id))).toEqual(new Set(first.map(({ id }) => id)));
  expect(typesByRoom(receiver.accepted)).toEqual({ a: LIFE, b: LIFE });
  const none = receiver.accepted.length;
  await replayWebhook(rooms, named, new Date(Date.now() + 3_600_000));
  await game.create("c");
  await accepted(receiver, none + 1);
  expect(receiver.accepted.at(-1)?.event.data.roomId).toBe("c");
});

describe("where nothing may be sent", () => {
  test("a private address is not connected to, by number and by name, and no redirect is followed", async () => {
    const game = await arrange();
    const { receiver, rooms, named } = game;
    startGateway(false);
    await game.create("a");
    await waitFor(async () => (await game.look()).failingSince !== null, { what: "a failure" });
    for (const url of [
      `http://localhost:${receiver.port}/`,
      `http://[::1]:${receiver.port}/`,
      `http://[::ffff:127.0.0.1]:${receiver.port}/`,
    ]) {
      await rooms.database.sql`update webhook_deliveries set last_error = null where webhook_id = ${named.webhookId}`;
      await updateWebhook(rooms, named, { url });
      await waitFor(async () => (await game.deliveries())[0]?.lastError === "not a public address", { what: url });
    }
    expect(receiver.received).toEqual([]);
  });

  test("a redirect is a failure", async () => {
    const game = await arrange();
    const other = await startReceiver();
    onTestFinished(() => other.close());
    game.receiver.answer = (_, response) => response.writeHead(307, { location: other.url }).end();
    startGateway();
    await game.create("a");
    await waitFor(async () => (await game.deliveries())[0]?.lastStatus === 307, { what: "the answer" });
    expect(other.received).toEqual([]);
  });
});

test("receivers that hang hold up no webhook of others at the same host", async () => {
  const { rooms, receiver } = await arrange();
  const principal = { orgId: "org-test", orgTokenId: "org-token-test", scopes: null };
  const [hanging, good] = await Promise.all([createTenant(rooms.database), createTenant(rooms.database)]);
  for (const { application } of [hanging, hanging, hanging, good]) {
    await createWebhook(rooms, { application, principal, url: receiver.url, types: null });
  }
  const { appId } = good.application;
  receiver.answer = ({ event }, response) => {
    if (event.data.appId === appId) response.writeHead(204).end();
  };
  const create = ({ application }: typeof good) =>
    createRoom(rooms, { application, region: TEST_REGION, needsProcess: false });
  await Promise.all(Array.from({ length: 8 }, () => create(hanging)));
  startGateway();
  await waitFor(() => receiver.received.length === 24, { what: "attempts that hang" });
  await create(good);
  await accepted(receiver, 1);
});

test("a receiver that answers with another protocol has refused, and holds up neither its webhook nor the gateway's end", async () => {
  const game = await arrange();
  const { receiver } = game;
  receiver.answer = (_, response) => {
    response.socket?.end("HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: other\r\n\r\n");
  };
  const gateway = startGateway();
  await game.create("a");
  await waitFor(async () => (await game.deliveries())[0]?.lastError === "answered 101", { what: "the answer" });
  await gateway.stop();
});

test("a gateway that stops ends what it has begun, and what hangs is left to the next one at once", async () => {
  const game = await arrange();
  const { receiver } = game;
  receiver.answer = () => {};
  const first = startGateway();
  await game.create("a");
  await waitFor(() => receiver.received.length === 1, { what: "an attempt" });
  await first.stop();
  receiver.answer = (_, response) => response.writeHead(204).end();
  startGateway();
  await waitFor(async () => (await game.deliveries())[0]?.state === "delivered", LONG_END);
  // Not counted as a failure of the receiver.
  expect((await game.deliveries())[0]).toMatchObject({ attempts: 1 });
});

test("what nobody could be told for 144 hours is forgotten, and the next of its room follows", async () => {
  const game = await arrange();
  const { receiver, rooms, named } = game;
  await game.create("a");
  await game.update("a");
  await waitFor(
    async () => {
      await enqueueWebhookEvents(rooms.database);
      return (await game.deliveries()).length === 2;
    },
    { what: "both events" },
  );
  await rooms.database.sql`
    update webhook_deliveries set created_at = created_at - interval '145 hours'
     where webhook_id = ${named.webhookId} and type = 'room.created'`;
  const own = openTestRooms(suite().databaseUrl);
  onTestFinished(() => closeRooms(own));
  await runHousekeeping(own.database, { unscheduledTtlHours: 72, bindDeadlineSeconds: 100 });
  startGateway();
  await accepted(receiver, 1);
  expect(receiver.accepted.map(({ event }) => event.type)).toEqual(["room.updated"]);
});

test("what was sent is forgotten after 72 hours", async () => {
  const game = await arrange();
  startGateway();
  await game.create("a");
  await waitFor(async () => (await game.deliveries())[0]?.state === "delivered", LONG_END);
  const { rooms, named } = game;
  await rooms.database.sql`
    update webhook_deliveries set ended_at = ended_at - interval '73 hours' where webhook_id = ${named.webhookId}`;
  const own = openTestRooms(suite().databaseUrl);
  onTestFinished(() => closeRooms(own));
  await runHousekeeping(own.database, { unscheduledTtlHours: 72, bindDeadlineSeconds: 100 });
  expect(await game.deliveries()).toEqual([]);
});
