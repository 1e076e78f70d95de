import { getProcessHost, requestStop, signControl } from "@roombridge/rooms";
import { waitFor } from "@roombridge/testing";
import { expect, test } from "vitest";
import { newGame, newMachine, script, useRooms } from "../../test/setup.ts";

const suite = useRooms();

/** Asks the host of a process as gateways do. */
async function ask(appId: string, processId: string, what: string): Promise<Response> {
  const { control } = await getProcessHost(suite().rooms, appId, processId);
  if (!control) throw new Error("the host does not tell where it can be asked");
  const path = `/v1/processes/${processId}/${what}`;
  const token = signControl(control.secret, `GET ${path}`, Date.now());
  return fetch(control.url + path, { headers: { authorization: `Roombridge ${token}` } });
}

test("a host tells what its game servers have written and used, also after their end and its own restart", async () => {
  const machine = await newMachine(suite(), { game: script(`console.log("hello from", process.pid); listen()`) });
  const host = await machine.startHost({ HOST_ON_SHUTDOWN: "leave", HOST_METRICS_SECONDS: "1" });
  const game = await newGame(machine, { command: "game" });
  const { roomId, processId = "" } = await game.create();
  await game.active(roomId);
  expect(await (await ask(game.appId, processId, "log?tailLines=10")).text()).toMatch(/^hello from \d+\n/);

  const nowS = Date.now() / 1_000;
  const metrics = async () =>
    (await (await ask(game.appId, processId, `metrics?start=${nowS - 60}&end=${nowS + 60}&step=1`)).json()) as Record<
      string,
      { value: number }[]
    >;
  await waitFor(async () => ((await metrics())["cpu"]?.length ?? 0) > 0, { what: "a rate", timeoutMs: 20_000 });
  const { memory, rateEgress, gpuMemory } = await metrics();
  expect(memory?.[0]?.value).toBeGreaterThan(1_000_000);
  expect([rateEgress, gpuMemory]).toEqual([[], []]);

  const { control: first } = await getProcessHost(suite().rooms, game.appId, processId);
  await host.stop();
  const second = await machine.startHost();
  await second.line(/game server adopted/);
  const followed = await ask(game.appId, processId, "log?follow=true");
  await requestStop(machine.database, processId, "stop_requested");
  expect(await followed.text()).toMatch(/^hello from \d+\n/);
  const ended = async () => (await getProcessHost(suite().rooms, game.appId, processId)).hasEnded;
  await waitFor(ended, { what: "the end to be recorded", timeoutMs: 20_000 });
  expect(await (await ask(game.appId, processId, "log")).text()).toMatch(/^hello from \d+\n/);

  const { control } = await getProcessHost(suite().rooms, game.appId, processId);
  expect(control?.secret).not.toBe(first?.secret);
  for (const secret of [first?.secret, control?.secret]) {
    expect(host.output() + second.output()).not.toContain(secret ?? "none");
  }
});
