import { connect, createServer, type Socket } from "node:net";
import { once } from "node:events";
import { waitFor } from "@roombridge/testing";
import { expect, onTestFinished, test } from "vitest";
import { useRooms } from "../../test/setup.ts";
import { listen } from "./listen.ts";

const suite = useRooms();

/** A road to the database that can be closed for a while. */
async function road() {
  const target = new URL(suite().databaseUrl);
  const sockets = new Set<Socket>();
  let isOpen = true;
  const server = createServer((client) => {
    client.on("error", () => {});
    if (!isOpen) {
      client.destroy();
      return;
    }
    const upstream = connect(Number(target.port), target.hostname);
    upstream.on("error", () => {});
    for (const socket of [client, upstream]) sockets.add(socket);
    client.pipe(upstream).pipe(client);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const url = new URL(suite().databaseUrl);
  url.port = String(typeof address === "object" ? address?.port : 0);
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return {
    url: url.href,
    setOpen(open: boolean) {
      isOpen = open;
      if (!open) for (const socket of sockets) socket.destroy();
    },
  };
}

test("a notification wakes the listener with its payload", async () => {
  const heard: string[] = [];
  const listener = await listen(suite().databaseUrl, "roombridge_rooms", (payload) => heard.push(payload));
  await suite().rooms.database.sql.notify("roombridge_rooms", "key-1");
  await waitFor(() => heard.includes("key-1"), { what: "the notification" });
  await listener.close();
});

test("after an outage that outlasts the first reconnect the listener is woken and hears again", async () => {
  const heard: string[] = [];
  const toDatabase = await road();
  const listener = await listen(toDatabase.url, "roombridge_rooms", (payload) => heard.push(payload));
  toDatabase.setOpen(false);
  // Long enough for the driver's own single attempt to fail.
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  heard.length = 0;
  toDatabase.setOpen(true);
  await waitFor(() => heard.includes(""), { what: "the wake-up after the outage", timeoutMs: 20_000 });
  await waitFor(
    async () => {
      await suite().rooms.database.sql.notify("roombridge_rooms", "key-2");
      return heard.includes("key-2");
    },
    { what: "the notification after the outage", timeoutMs: 20_000 },
  );
  await listener.close();
});

test("the first connection must succeed", async () => {
  await expect(listen("postgres://nobody@127.0.0.1:9/none", "roombridge_rooms", () => {})).rejects.toThrow(
    "ECONNREFUSED",
  );
});
