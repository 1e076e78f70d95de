import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { arrangeRunningRoom } from "../../test/arrange.ts";
import type { SpawnedGateway } from "../../test/spawn-gateway.ts";
import { openStage, type Stage } from "../../test/stage.ts";
import { announce, openStubHost } from "../../test/stub-host.ts";
import { createGame, read } from "../../test/suite.ts";

// Hosts that begin and do not end. What is answered when else is in the table of conformance.

let stage: Stage;
let gateway: SpawnedGateway;

beforeAll(async () => {
  stage = await openStage();
  gateway = await stage.spawn();
});

afterAll(async () => {
  await stage.close();
});

test.each([
  ["never answers", () => {}],
  ["never ends its answer", (response) => void response.writeHead(200).write("{")],
  [
    "breaks off",
    (response) => void response.writeHead(200, { "content-length": "9" }).write("{", () => response.destroy()),
  ],
  ["answers no JSON", (response) => void response.writeHead(200).end("<html>")],
] satisfies [string, Parameters<typeof openStubHost>[0]][])(
  "a host that %s counts as away, after ten seconds at the latest",
  { timeout: 60_000 },
  async (_, answer) => {
    const { rooms } = stage;
    const game = await createGame(rooms);
    const { processId } = await arrangeRunningRoom({ rooms, game });
    const host = await openStubHost(answer);
    onTestFinished(host.close);
    await announce({ rooms, game }, host.control);
    const path = `/processes/v3/apps/${game.appId}/processes/process/${processId}/metrics`;
    const answered = read(fetch(gateway.url + path, { headers: { authorization: `Bearer ${game.token}` } }));
    const message = `the host of process ${processId} does not answer now; try again later`;
    expect(await answered).toEqual({ status: 404, body: { message } });
    expect(stage.errors()).toEqual([]);
  },
);
