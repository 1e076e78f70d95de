import { once } from "node:events";
import { connect as connectTls } from "node:tls";
import { expect, it } from "vitest";
import { Authority } from "../../test/certificates.ts";
import { HttpClient, post } from "../../test/http-client.ts";
import { framed, message, RawClient } from "../../test/raw-client.ts";
import { startServer } from "../../test/start-server.ts";
import { waitFor } from "../../test/wait-for.ts";
import { toCallMetric } from "./call-metric.ts";
import type { CallEvent } from "./events.ts";

it("names every call by what it was and how it came, and nothing by what a client made up", async (test) => {
  const authority = Authority.create(test);
  const { port, events } = await startServer({}, {}, { tls: authority.issue() });
  const tcp = await RawClient.open(port);
  tcp.send(framed("nothing"), framed("Other:one"), framed("evil"));
  await waitFor("the answers", () => tcp.answers.length === 3);
  const http = await HttpClient.open(port);
  http.send(post(message("nothing", undefined, { protocol: "compact" })));
  await waitFor("the answer", () => http.answers.length === 1);
  const open = async () => {
    const socket = connectTls({ host: "127.0.0.1", port, ca: authority.ca });
    await once(socket, "secureConnect");
    return socket;
  };
  const tls = new RawClient(await open());
  tls.send(framed("find"));
  await waitFor("the answer", () => tls.answers.length === 1);
  const https = new HttpClient(await open());
  https.send(post(message("nothing")));
  await waitFor("the answer", () => https.answers.length === 1);
  for (const { socket } of [tcp, http, tls, https]) socket.destroy();

  const metrics = events.filter((event): event is CallEvent => event.type === "call").map(toCallMetric);
  expect(metrics.map(({ attributes }) => Object.values(attributes).slice(1))).toEqual([
    ["Every/nothing", "framed binary", "tcp"],
    ["Other/one", "framed binary", "tcp"],
    ["_OTHER", "framed binary", "tcp", "application_exception"],
    ["Every/nothing", "unframed compact", "http"],
    ["Every/find", "framed binary", "tls", "application_exception"],
    ["Every/nothing", "unframed binary", "https"],
  ]);
  for (const { name, unit, value } of metrics) {
    expect([name, unit]).toEqual(["rpc.server.call.duration", "s"]);
    expect(value).toBeGreaterThan(0);
    expect(value).toBeLessThan(20);
  }
});

it("shows how many connections there are and what they hold", async () => {
  const { port, server } = await startServer();
  const client = await RawClient.open(port);
  client.send(framed("nothing").subarray(0, -1));
  await waitFor("the bytes", () => server.bufferedBytes === framed("nothing").length - 1);
  expect(server.connections).toBe(1);
  client.socket.destroy();
  await waitFor("the close", () => server.connections === 0);
  expect(server.bufferedBytes).toBe(0);
});
