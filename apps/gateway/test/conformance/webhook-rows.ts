import { createRoom, createWebhook, findDeliveries, getWebhook, toEventId, type WebhookRow } from "@roombridge/rooms";
import { TEST_REGION } from "@roombridge/testing";
import { expect } from "vitest";
import type { Place } from "../arrange.ts";
import { tokenIdOf } from "./build-rows.ts";
import type { Arranged, Call, Row } from "./row.ts";

/** Nobody is there, and the gateways of the table would refuse to ask. */
const URL = "https://hooks.example.net/rooms";
const WEBHOOK_ID = /^webhook-[0-9a-f-]{36}$/;
const SECRET = /^whsec_[\w+/]{43}=$/;
const NOWHERE = "webhook-00000000-0000-4000-8000-000000000000";

function arranged({ game }: Place, call: Partial<Call>, body?: unknown): Arranged {
  return { call: { appId: game.appId, token: game.token, ...call }, body };
}

/** A webhook that is disabled, so that nobody sends while the row is asked. */
export async function arrangeWebhook(place: Place): Promise<string> {
  const { rooms, game } = place;
  const principal = { orgId: game.application.orgId, orgTokenId: await tokenIdOf(place), scopes: null };
  const { application } = game;
  const { webhookId } = await createWebhook(rooms, { application, principal, url: URL, types: ["room.created"] });
  await rooms.database.sql`update webhooks set disabled_at = clock_timestamp() where webhook_id = ${webhookId}`;
  return webhookId;
}

/** As clients read it. */
function shown({ disabledAt, ...webhook }: WebhookRow): object {
  return { ...webhook, isEnabled: disabledAt === null };
}

async function shownWebhook({ rooms, game }: Place, webhookId: string): Promise<object> {
  return shown(await getWebhook(rooms, game.appId, webhookId));
}

/** An event that waits for its webhook to be enabled. */
async function arrangeDelivery(place: Place): Promise<string> {
  const { rooms, game } = place;
  const webhookId = await arrangeWebhook(place);
  await createRoom(rooms, { application: game.application, region: TEST_REGION });
  await rooms.database.sql`
    insert into webhook_deliveries (webhook_id, xid, id, lane, type, payload, created_at, due_at)
    select ${webhookId}, xid, id, room_key, type, payload, created_at, created_at from room_events
     where app_id = ${game.appId} and type = 'room.created'`;
  return webhookId;
}

const SHOWN: readonly Row[] = [
  {
    operationId: "CreateWebhook",
    status: 201,
    when: "every type is wanted",
    async arrange(place) {
      const created = {
        webhookId: expect.stringMatching(WEBHOOK_ID),
        appId: place.game.appId,
        url: URL,
        types: null,
        isEnabled: true,
        disabledReason: null,
        failingSince: null,
        createdAt: expect.any(Date),
        createdBy: await tokenIdOf(place),
        secret: expect.stringMatching(SECRET),
      };
      return arranged(place, { newWebhook: { url: URL } }, created);
    },
  },
  {
    operationId: "ListWebhooks",
    status: 200,
    when: "there are two",
    async arrange(place) {
      const ids = [await arrangeWebhook(place), await arrangeWebhook(place)];
      return arranged(place, {}, await Promise.all(ids.map((id) => shownWebhook(place, id))));
    },
  },
  {
    operationId: "GetWebhook",
    status: 200,
    when: "it is there",
    async arrange(place) {
      const webhookId = await arrangeWebhook(place);
      return arranged(place, { webhookId }, await shownWebhook(place, webhookId));
    },
  },
  {
    operationId: "UpdateWebhook",
    status: 200,
    when: "its types change",
    async arrange(place) {
      const webhookId = await arrangeWebhook(place);
      const types = ["room.destroyed", "process.failed"] as const;
      const body = { ...(await shownWebhook(place, webhookId)), types };
      return arranged(place, { webhookId, webhook: { types: [...types] } }, body);
    },
  },
  {
    operationId: "DeleteWebhook",
    status: 204,
    when: "it is there",
    async arrange(place) {
      const webhookId = await arrangeWebhook(place);
      const verify = async () => {
        expect(await place.rooms.database.sql`select from webhooks where webhook_id = ${webhookId}`).toHaveLength(0);
      };
      return { ...arranged(place, { webhookId }), verify };
    },
  },
  {
    operationId: "RotateWebhookSecret",
    status: 200,
    when: "it is there",
    async arrange(place) {
      const webhookId = await arrangeWebhook(place);
      const secret = expect.stringMatching(SECRET);
      return arranged(place, { webhookId }, { ...(await shownWebhook(place, webhookId)), secret });
    },
  },
  {
    operationId: "ListWebhookDeliveries",
    status: 200,
    when: "one waits",
    async arrange(place) {
      const webhookId = await arrangeDelivery(place);
      const { rooms, game } = place;
      const { deliveries } = await findDeliveries(rooms, { appId: game.appId, webhookId }, { limit: 1 });
      const shownDeliveries = deliveries.map(({ position, createdAt, ...rest }) => ({
        ...rest,
        eventId: toEventId(position),
        timestamp: createdAt,
      }));
      expect(shownDeliveries).toHaveLength(1);
      const body = { deliveries: shownDeliveries, nextCursor: null };
      return arranged(place, { webhookId, deliveryState: "pending" }, body);
    },
  },
  {
    operationId: "ReplayWebhook",
    status: 204,
    when: "events are still known",
    async arrange(place) {
      const webhookId = await arrangeDelivery(place);
      const verify = async () => {
        const { sql } = place.rooms.database;
        expect(await sql`select from webhook_deliveries where webhook_id = ${webhookId}`).toHaveLength(0);
      };
      return { ...arranged(place, { webhookId, since: new Date(Date.now() - 60_000) }), verify };
    },
  },
];

const NAMED = [
  "GetWebhook",
  "UpdateWebhook",
  "DeleteWebhook",
  "RotateWebhookSecret",
  "ListWebhookDeliveries",
  "ReplayWebhook",
];

const MISSING: readonly Row[] = NAMED.flatMap((operationId) =>
  [NOWHERE, "a/b ?#%"].map((webhookId) => ({
    operationId,
    status: 404,
    when: `there is no webhook ${webhookId}`,
    arrange: (place: Place) => {
      const call = { webhookId, webhook: {}, since: new Date() };
      return Promise.resolve(arranged(place, call, { message: `no webhook ${webhookId}` }));
    },
  })),
);

const REFUSED: readonly Row[] = [
  ...(
    [
      [
        "it has another scheme",
        "ftp://a.example/",
        "url: expected http(s)://host[:port][/path] without credentials and fragment",
      ],
      [
        "it has credentials",
        "https://a:b@a.example/",
        "url: expected http(s)://host[:port][/path] without credentials and fragment",
      ],
      ["it is a private address", "http://10.0.0.1/", "url: not a public address"],
      ["it is the address of a cloud's metadata", "http://169.254.169.254/", "url: not a public address"],
      ["it is a mapped address", "http://[::ffff:127.0.0.1]/", "url: not a public address"],
    ] as const
  ).flatMap(([when, url, message]): Row[] => [
    {
      operationId: "CreateWebhook",
      status: 422,
      when,
      arrange: (place) => Promise.resolve(arranged(place, { newWebhook: { url } }, { message })),
    },
    {
      operationId: "UpdateWebhook",
      status: 422,
      when,
      async arrange(place) {
        return arranged(place, { webhookId: await arrangeWebhook(place), webhook: { url } }, { message });
      },
    },
  ]),
  {
    operationId: "CreateWebhook",
    status: 422,
    when: "the application has twenty",
    async arrange(place) {
      for (let count = 0; count < 20; count += 1) await arrangeWebhook(place);
      const body = { message: "an application has at most 20 webhooks" };
      return arranged(place, { newWebhook: { url: URL } }, body);
    },
  },
  {
    operationId: "ListWebhookDeliveries",
    status: 422,
    when: "the cursor is none of ours",
    async arrange(place) {
      const body = { message: "cursor: expected the nextCursor of another page" };
      return arranged(place, { webhookId: await arrangeWebhook(place), cursor: "x" }, body);
    },
  },
  {
    operationId: "ReplayWebhook",
    status: 422,
    when: "the time is beyond all times",
    async arrange(place) {
      const since = new Date(8_640_000_000_000_000);
      const body = { message: expect.stringContaining("since: ") };
      return arranged(place, { webhookId: await arrangeWebhook(place), since }, body);
    },
  },
];

/** A stream without an end is asked for by tests of its own; here it stands for those that repeat a success. */
const EVENTS: Row = {
  operationId: "FollowRoomEvents",
  status: 200,
  when: "it begins",
  arrange: (place) => Promise.resolve(arranged(place, {})),
};

export const WEBHOOK_ROWS: readonly Row[] = [...SHOWN, ...MISSING, ...REFUSED, EVENTS];
