import { once } from "node:events";
import { get, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { hashToken } from "@roombridge/rooms";
import { isKeptAlive, waitFor } from "@roombridge/testing";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { arrangeRunningRoom } from "../../test/arrange.ts";
import type { SpawnedGateway } from "../../test/spawn-gateway.ts";
import { openStage, type Stage } from "../../test/stage.ts";
import { announce, openStubHost } from "../../test/stub-host.ts";
import { createGame } from "../../test/suite.ts";

// How a log travels. What is answered when is in the table of conformance.

let stage: Stage;
let gateway: SpawnedGateway;

beforeAll(async () => {
  stage = await openStage();
  gateway = await stage.spawn();
});

afterAll(async () => {
  await stage.close();
});

/** A log that is followed, from both ends. */
async function follow({ through = gateway, method = "GET" } = {}) {
  const { rooms } = stage;
  const game = await createGame(rooms);
  const { processId } = await arrangeRunningRoom({ rooms, game });
  const { promise: asked, resolve } = Promise.withResolvers<ServerResponse>();
  const host = await openStubHost((response) => {
    response.writeHead(200, { "content-type": "application/octet-stream" }).flushHeaders();
    resolve(response);
  });
  onTestFinished(host.close);
  await announce({ rooms, game }, host.control);
  stage.secrets.add("the host's secret", host.control.secret);
  const url = `${through.url}/logs/v1/${game.appId}/process/${processId}?follow=true`;
  const request = get(url, { method, headers: { authorization: `Bearer ${game.token}` }, agent: false });
  onTestFinished(() => void request.destroy());
  const [answer] = (await once(request, "response")) as [IncomingMessage];
  return { answer, source: await asked, game };
}

async function isClosed(source: ServerResponse): Promise<void> {
  if (!source.closed) await once(source, "close");
}

test("a log that is followed breaks off when its token is revoked", async () => {
  const { answer, source, game } = await follow();
  answer.on("error", () => {});
  const { sql } = stage.rooms.database;
  await sql`update org_tokens set revoked_at = clock_timestamp() where token_hash = ${hashToken(game.token)}`;
  await waitFor(() => answer.destroyed && !answer.complete, { what: "the end of the log", timeoutMs: 20_000 });
  await isClosed(source);
});

test("lines arrive as they are written, byte for byte, until the host ends the log", async () => {
  const { answer, source } = await follow();
  expect(answer.headers).toMatchObject({ "content-type": "application/octet-stream", "x-accel-buffering": "no" });
  const bytes = Buffer.from([0, 255, 10, 195]);
  source.write(bytes);
  expect((await once(answer, "data"))[0]).toEqual(bytes);
  source.write("second\n");
  expect(String((await once(answer, "data"))[0])).toBe("second\n");
  const rest = text(answer);
  source.end("last");
  expect(await rest).toBe("last");
});

test("the host is let go when the caller goes", async () => {
  const { answer, source } = await follow();
  source.write("line\n");
  await once(answer, "data");
  answer.destroy();
  await isClosed(source);
});

test.skipIf(process.platform !== "linux")("a caller, or a host, whose machine is gone is noticed", async () => {
  const { answer, source } = await follow();
  const toCaller = () => isKeptAlive(answer.socket.remotePort, answer.socket.localPort);
  await waitFor(toCaller, { what: "the gateway to ask after its caller" });
  const toHost = () => isKeptAlive(source.socket?.remotePort, source.socket?.localPort);
  await waitFor(toHost, { what: "the gateway to ask after the host" });
});

test("HEAD has the headers, and lets the host go", async () => {
  const { answer, source } = await follow({ method: "HEAD" });
  expect([answer.statusCode, answer.headers["content-type"]]).toEqual([200, "application/octet-stream"]);
  expect(await text(answer)).toBe("");
  await isClosed(source);
});

test("a log that breaks off at the host breaks off at the caller", async () => {
  const { answer, source } = await follow();
  source.write("half a li");
  const read = text(answer);
  await once(answer, "data");
  source.destroy();
  await expect(read).rejects.toThrow("aborted");
});

test("a caller that is slow does not make the gateway read ahead", async () => {
  const { answer, source } = await follow();
  answer.pause();
  const block = Buffer.alloc(64 * 1024);
  let count = 0;
  const write = () => {
    while (count < 4_000 && !source.destroyed && source.write(block)) count += 1;
  };
  source.on("drain", write);
  write();
  let seen = { count, sinceMs: performance.now() };
  await waitFor(
    () => {
      if (seen.count !== count) seen = { count, sinceMs: performance.now() };
      return performance.now() - seen.sinceMs > 500;
    },
    { what: "the gateway to wait for the caller", timeoutMs: 20_000 },
  );
  // What the kernel's buffers of two connections take, and ours.
  expect(count).toBeLessThan(1_000);
});

describe("a gateway that stops", () => {
  test("does not wait for the end of a log, and does not pretend that it came", async () => {
    const stopping = await stage.spawn();
    const { answer, source } = await follow({ through: stopping });
    source.write("line\n");
    const read = text(answer);
    await once(answer, "data");
    const begun = performance.now();
    const stopped = stopping.app.stop();
    await expect(read).rejects.toThrow("aborted");
    await stopped;
    expect(performance.now() - begun).toBeLessThan(10_000);
    await isClosed(source);
  });
});

test("nothing was logged as an error, and no secret was logged", async () => {
  await stage.secrets.learn(stage.rooms.database);
  expect(stage.errors()).toEqual([]);
  expect(stage.secrets.foundIn(stage.output())).toEqual([]);
});
