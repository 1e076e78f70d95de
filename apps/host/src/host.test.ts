import { createSocket } from "node:dgram";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { REGIONS } from "@roombridge/models/api";
import { beatHost, createRoom, listPingEndpoints, requestStop } from "@roombridge/rooms";
import {
  createDeployment,
  createTenant,
  registerTestHost,
  runWaitingProcesses,
  startApp,
  TEST_REGION,
  waitFor,
} from "@roombridge/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import { openRoad } from "../test/road.ts";
import { ECHO_ROOM, leaders, membersOf, newGame, newMachine, script, useRooms } from "../test/setup.ts";

const suite = useRooms();

async function leaderOf(dataDir: string, processId: string | undefined): Promise<number> {
  const leader = (await leaders(dataDir)).get(processId ?? "");
  if (leader === undefined) throw new Error("the process has no leader");
  return leader;
}

describe("a game server that works", () => {
  test("runs at the told addresses, knows its room, and echoes over WebSocket and UDP", async () => {
    const machine = await newMachine(suite(), { game: ECHO_ROOM });
    await machine.startHost({ HOST_PING_PORT: "0" });
    const game = await newGame(machine, {
      command: "game",
      additionalContainerPorts: [{ name: "udp", port: 8001, transportType: "udp" }],
    });
    const { roomId, processId } = await game.create('{"map":"a=b"}');
    const { exposedPort, additionalExposedPorts } = await game.active(roomId);
    expect(exposedPort).toMatchObject({ host: "127.0.0.1", name: "default", transportType: "tcp" });
    const [udpPort] = additionalExposedPorts;
    expect(udpPort).toMatchObject({ host: "127.0.0.1", name: "udp", transportType: "udp" });

    const socket = new WebSocket(`ws://127.0.0.1:${exposedPort?.port}/${roomId}`);
    onTestFinished(() => socket.terminate());
    const [hello] = (await once(socket, "message")) as [Buffer];
    expect(JSON.parse(hello.toString())).toEqual({
      type: "hello",
      roomId,
      processId,
      region: "Sao_Paulo",
      roomConfig: '{"map":"a=b"}',
    });
    socket.send("ping");
    expect(String((await once(socket, "message"))[0])).toBe("ping");

    const udp = createSocket("udp4");
    onTestFinished(() => void udp.close());
    udp.send("over udp", udpPort?.port ?? 0, "127.0.0.1");
    expect(String((await once(udp, "message"))[0])).toBe("over udp");

    // And where players measure their distance to the region.
    const [ping] = await listPingEndpoints(suite().rooms);
    expect(ping).toMatchObject({ region: REGIONS[0], host: "127.0.0.1" });
    udp.send("distance", ping?.port ?? 0, ping?.host);
    expect(String((await once(udp, "message"))[0])).toBe("distance");
    const pinged = new WebSocket(`ws://${ping?.host}:${ping?.port}/ws`);
    onTestFinished(() => pinged.terminate());
    await once(pinged, "open");
    pinged.send("distance");
    expect(String((await once(pinged, "message"))[0])).toBe("distance");
  });

  test("gets nothing of the host's environment but PATH, HOME, TZ and LANG", async () => {
    const answer = `require("http").createServer((q, a) => a.end(JSON.stringify(process.env))).listen(process.env.PORT)`;
    const machine = await newMachine(suite(), { game: script(answer) });
    await machine.startHost({ HOME: "/", NODE_OPTIONS: "--no-warnings", SECRET: "hidden" });
    const env = [
      { name: "MODE", value: "a=b,c" },
      { name: "PORT", value: "22" },
      { name: "PATH", value: "/nowhere" },
    ];
    const game = await newGame(machine, { command: "game", env });
    const { roomId } = await game.create();
    const { exposedPort } = await game.active(roomId);
    const seen = (await (await fetch(`http://127.0.0.1:${exposedPort?.port}`)).json()) as Record<string, string>;
    const shell = ["PWD", "OLDPWD", "SHLVL", "_"];
    expect(
      Object.keys(seen)
        .filter((name) => !name.startsWith("HATHORA_") && !shell.includes(name))
        .sort(),
    ).toEqual(["HOME", "MODE", "PATH", "PORT"]);
    expect(seen).toMatchObject({
      HOME: "/",
      MODE: "a=b,c",
      PORT: String(exposedPort?.port),
      HATHORA_INITIAL_ROOM_ID: roomId,
    });
    expect(seen["PATH"]).not.toBe("/nowhere");
  });

  test("may take its port from its command line", async () => {
    const source = `require("net").createServer().listen(Number(process.argv[1]))`;
    const machine = await newMachine(suite(), { game: ["node", "-e", source, "{port:default}"] });
    await machine.startHost();
    const game = await newGame(machine, { command: "game" });
    await game.active((await game.create()).roomId);
  });
});

describe("a game server that cannot start", () => {
  test.each([
    ["is not in the operator's file", "other", /^no command named "other"/],
    ["names a program that does not exist", "missing", /^the program of the command was not found/],
    ["wants a port that the deployment does not have", "portless", /the port "voice"/],
  ])("a command that %s is tried three times, and is told", async (_what, command, reason) => {
    const machine = await newMachine(suite(), {
      missing: ["/no/such/program"],
      portless: ["node", "{port:voice}"],
    });
    const host = await machine.startHost();
    const game = await newGame(machine, { command });
    const { roomId } = await game.create();
    await game.unscheduled(roomId);
    // The operator is told where it was looked for.
    if (command === "missing") await host.line(/\/no\/such\/program.*"a game server cannot be started"/);
    await expect(game.connection(roomId)).rejects.toThrow("the game server did not start");
    const ends = (await game.processes()).map(({ status, stopReason }) => `${status} ${stopReason}`);
    expect(ends).toEqual(["failed spawn_error", "failed spawn_error", "failed spawn_error"]);
    for (const { exitDetail } of await game.processes()) {
      expect(exitDetail).toMatch(reason);
      expect(exitDetail).not.toContain("/");
    }
  });

  test("a port that a stranger holds is left alone from the start", async () => {
    const machine = await newMachine(suite(), { game: ECHO_ROOM });
    const stranger = createSocket("udp4");
    stranger.bind(0, "127.0.0.1");
    await once(stranger, "listening");
    onTestFinished(() => void stranger.close());
    const { port } = stranger.address();
    await machine.startHost({ HOST_PORT_RANGE: `${port}-${Math.min(port + 20, 65_535)}` });
    const game = await newGame(machine, { command: "game" });
    const { exposedPort } = await game.active((await game.create()).roomId);
    expect(exposedPort?.port).toBeGreaterThan(port);
  });

  test("a port that a stranger takes first is exchanged for another, whether the game server exits or waits", async () => {
    // The stranger has a session and an environment of its own, so it is not the game's; "exits" and "waits" are what the game does then.
    const steal = (then: string) =>
      script(`
        const fs = require("fs"), flag = process.env.FLAG;
        if (fs.existsSync(flag)) listen();
        else {
          const code = 'require("net").createServer().listen(' + process.env.PORT + ',"127.0.0.1",()=>console.log("up"));setTimeout(()=>{},20000).ref();setTimeout(()=>process.exit(),20000)';
          const thief = require("child_process").spawn(process.execPath, ["-e", code], { detached: true, env: {}, stdio: ["ignore", "pipe", "ignore"] });
          thief.stdout.once("data", () => { fs.writeFileSync(flag, thief.pid + " " + process.env.PORT); ${then} });
        }`);
    const machine = await newMachine(suite(), {
      exits: steal("process.exit(1)"),
      waits: steal("setInterval(() => {}, 1000)"),
    });
    await machine.startHost();
    for (const command of ["exits", "waits"]) {
      const stolen = async () => (await readFile(`${machine.dataDir}/${command}`, "utf8")).split(" ").map(Number);
      onTestFinished(async () => void process.kill((await stolen())[0] ?? 0, "SIGKILL"));
      const env = [{ name: "FLAG", value: `${machine.dataDir}/${command}` }];
      const game = await newGame(machine, { command, env });
      const { roomId, processId } = await game.create();
      const { exposedPort } = await game.active(roomId);
      expect(exposedPort?.port).not.toBe((await stolen())[1]);
      // The same process object: a clash is no failure of the game.
      expect(await game.processes()).toMatchObject([{ processId, status: "running" }]);
    }
  });

  test("a range without a free port fails the start as port_taken", async () => {
    const machine = await newMachine(suite(), { game: ECHO_ROOM });
    const stranger = createSocket("udp4");
    stranger.bind(0, "127.0.0.1");
    await once(stranger, "listening");
    onTestFinished(() => void stranger.close());
    const { port } = stranger.address();
    await machine.startHost({ HOST_PORT_RANGE: `${port}-${port}` });
    const game = await newGame(machine, { command: "game" });
    await game.unscheduled((await game.create()).roomId);
    expect((await game.processes())[0]).toMatchObject({ status: "failed", stopReason: "port_taken" });
  });

  test("a game server that exits before it binds is tried three times", async () => {
    const machine = await newMachine(suite(), { game: script("process.exit(0)") });
    await machine.startHost();
    const game = await newGame(machine, { command: "game" });
    const { roomId } = await game.create();
    await game.unscheduled(roomId);
    expect((await game.processes()).map(({ status, exitCode }) => `${status} ${exitCode}`)).toEqual(
      Array(3).fill("failed 0"),
    );
  });

  test("a game server that does not bind in time is stopped and tried again", async () => {
    const machine = await newMachine(suite(), { game: script("setInterval(() => {}, 1000)") });
    await machine.startHost({ HOST_BIND_DEADLINE_SECONDS: "1" });
    const game = await newGame(machine, { command: "game" });
    const { roomId } = await game.create();
    await game.unscheduled(roomId);
    const ends = (await game.processes()).map(({ status, stopReason }) => `${status} ${stopReason}`);
    expect(ends).toEqual(Array(3).fill("failed bind_deadline"));
    await waitFor(async () => (await leaders(machine.dataDir)).size === 0, { what: "all of them to be gone" });
  });
});

describe("the end of a game server", () => {
  test("exit code 0 destroys its rooms", async () => {
    const machine = await newMachine(suite(), { game: ECHO_ROOM });
    await machine.startHost();
    const game = await newGame(machine, { command: "game" });
    const { roomId, processId } = await game.create();
    await game.active(roomId);
    process.kill(-(await leaderOf(machine.dataDir, processId)), "SIGTERM");
    await game.destroyed(roomId);
    expect(await game.processes()).toMatchObject([{ status: "stopped", exitCode: 0, exitSignal: null }]);
  });

  test("a crash unschedules its rooms, and says how it came; its children go with it", async () => {
    const source = `require("child_process").spawn("sleep", ["600"]); listen()`;
    const machine = await newMachine(suite(), { game: script(source) });
    await machine.startHost();
    const game = await newGame(machine, { command: "game" });
    const { roomId, processId } = await game.create();
    await game.active(roomId);
    const leader = await leaderOf(machine.dataDir, processId);
    const members = await membersOf(leader);
    expect(members).toHaveLength(3);
    process.kill(members.find((pid) => pid !== leader) ?? 0, "SIGKILL");
    await game.unscheduled(roomId);
    expect(await game.processes()).toMatchObject([{ status: "failed", exitCode: null, exitSignal: "SIGKILL" }]);
    expect(await membersOf(leader)).toEqual([]);
  });

  test("SIGKILL of the whole group unschedules its rooms", async () => {
    const machine = await newMachine(suite(), { game: ECHO_ROOM });
    await machine.startHost();
    const game = await newGame(machine, { command: "game" });
    const { roomId, processId } = await game.create();
    await game.active(roomId);
    process.kill(-(await leaderOf(machine.dataDir, processId)), "SIGKILL");
    await game.unscheduled(roomId);
    expect((await game.info(roomId)).status).toBe("scheduling");
  });

  test("a stop that was asked for ends even what ignores SIGTERM, and destroys its rooms", async () => {
    const machine = await newMachine(suite(), { game: script(`process.on("SIGTERM", () => {}); listen()`) });
    await machine.startHost({ HOST_STOP_GRACE_SECONDS: "1" });
    const game = await newGame(machine, { command: "game" });
    const { roomId, processId } = await game.create();
    await game.active(roomId);
    const leader = await leaderOf(machine.dataDir, processId);
    await requestStop(machine.database, processId ?? "", "stop_requested");
    await game.destroyed(roomId);
    expect(await membersOf(leader)).toEqual([]);
  });
});

describe("the end of a host", () => {
  test("after SIGKILL the next host goes on with what runs: a player never notices", async () => {
    const machine = await newMachine(suite(), { game: ECHO_ROOM });
    const first = await machine.startHost();
    const game = await newGame(machine, { command: "game" });
    const { roomId, processId } = await game.create();
    const { exposedPort } = await game.active(roomId);
    const socket = new WebSocket(`ws://127.0.0.1:${exposedPort?.port}/${roomId}`);
    onTestFinished(() => socket.terminate());
    await once(socket, "message");
    await first.kill();
    const second = await machine.startHost();
    await second.line(/game server adopted/, 20_000);
    socket.send("still here");
    expect(String((await once(socket, "message"))[0])).toBe("still here");
    expect(await game.connection(roomId)).toMatchObject({ status: "active", exposedPort });
    expect(await game.processes()).toMatchObject([{ processId, status: "running" }]);
    // Its second slot is given away again, and it is stopped like any other.
    expect((await game.create()).processId).toBe(processId);
    const leader = await leaderOf(machine.dataDir, processId);
    await requestStop(machine.database, processId ?? "", "stop_requested");
    await game.destroyed(roomId);
    await waitFor(async () => (await membersOf(leader)).length === 0, { what: "its end", timeoutMs: 20_000 });
  });

  test("what ended while there was no host is told by the next one with its exit code", async () => {
    const machine = await newMachine(suite(), {
      game: script("process.on('SIGUSR2', () => process.exit(6)); listen()"),
    });
    const first = await machine.startHost();
    const game = await newGame(machine, { command: "game" });
    const { roomId, processId } = await game.create();
    await game.active(roomId);
    const leader = await leaderOf(machine.dataDir, processId);
    await first.kill();
    for (const pid of await membersOf(leader)) if (pid !== leader) process.kill(pid, "SIGUSR2");
    await waitFor(async () => (await membersOf(leader)).length === 0, { what: "its end" });
    await machine.startHost();
    await game.unscheduled(roomId);
    expect(await game.processes()).toMatchObject([{ status: "failed", stopReason: "exited", exitCode: 6 }]);
  });

  test("SIGTERM stops every game server with its children and unschedules the rooms", async () => {
    const source = `require("child_process").spawn("sleep", ["600"]); listen()`;
    const machine = await newMachine(suite(), { game: script(source) });
    const host = await machine.startHost();
    const game = await newGame(machine, { command: "game" });
    const created = await Promise.all([game.create(), game.create(), game.create()]);
    for (const { roomId } of created) await game.active(roomId);
    const groups = [...(await leaders(machine.dataDir)).values()];
    expect(groups).toHaveLength(2);
    expect(await host.stop()).toEqual({ code: 0, signal: null });
    for (const leader of groups) expect(await membersOf(leader)).toEqual([]);
    for (const { roomId } of created) {
      expect(await game.info(roomId)).toMatchObject({ status: "scheduling", currentAllocation: null });
    }
    expect((await game.processes()).map(({ status }) => status)).toEqual(["stopped", "stopped"]);
    await expect(game.create()).rejects.toMatchObject({ code: "no_capacity" });
  });

  test("with HOST_ON_SHUTDOWN=leave the game servers go on, and the next host goes on with them", async () => {
    const machine = await newMachine(suite(), { game: ECHO_ROOM });
    const host = await machine.startHost({ HOST_ON_SHUTDOWN: "leave" });
    const game = await newGame(machine, { command: "game" });
    const { roomId, processId } = await game.create();
    const { exposedPort } = await game.active(roomId);
    expect((await host.stop()).code).toBe(0);
    expect((await fetch(`http://127.0.0.1:${exposedPort?.port}/`)).status).toBe(200);
    const next = await machine.startHost();
    await next.line(/game server adopted/, 20_000);
    expect(await game.processes()).toMatchObject([{ processId, status: "running" }]);
    expect((await game.connection(roomId)).status).toBe("active");
    expect((await fetch(`http://127.0.0.1:${exposedPort?.port}/`)).status).toBe(200);
  });

  test("a second host of the same HOST_ID takes over with all that runs; the first one ends and stops nothing", async () => {
    const machine = await newMachine(suite(), { game: ECHO_ROOM });
    const first = await machine.startHost();
    const game = await newGame(machine, { command: "game", roomsPerProcess: 1 });
    const old = await game.create();
    await game.active(old.roomId);
    const second = await machine.startHost();
    await second.line(/game server adopted/, 20_000);
    const { roomId, processId } = await game.create();
    await game.active(roomId);
    expect((await first.exited).code).toBe(0);
    expect(first.output()).toContain("has taken over");
    const running = (await game.processes()).filter(({ status }) => status === "running");
    expect(new Set(running.map((row) => row.processId))).toEqual(new Set([old.processId, processId]));
    expect((await game.connection(old.roomId)).status).toBe("active");
  });
});

test("a database that is away for a while stops no game; an exit meanwhile is reported afterwards", async () => {
  const machine = await newMachine(suite(), { game: ECHO_ROOM });
  const road = await openRoad(machine.databaseUrl);
  const host = await machine.startHost({ DATABASE_URL: road.url });
  const game = await newGame(machine, { command: "game" });
  const [stays, , exits] = [await game.create(), await game.create(), await game.create()];
  const { exposedPort } = await game.active(stays.roomId);
  await game.active(exits.roomId);
  await road.block();
  await host.line(/the database does not answer/);
  process.kill(-(await leaderOf(machine.dataDir, exits.processId)), "SIGKILL");
  // Longer than the host's lease of six seconds.
  await waitFor(
    async () => {
      const [row] = await machine.database.sql<{ over: boolean }[]>`
        select bool_and(beat_at < clock_timestamp() - interval '7 seconds') as over from hosts where beat_at > '-infinity'`;
      return row?.over;
    },
    { what: "the lease to end", timeoutMs: 15_000 },
  );
  expect((await fetch(`http://127.0.0.1:${exposedPort?.port}/`)).status).toBe(200);
  await road.open();
  await host.line(/the database answers again/);
  await game.unscheduled(exits.roomId);
  expect((await game.connection(stays.roomId)).status).toBe("active");
  expect((await fetch(`http://127.0.0.1:${exposedPort?.port}/`)).status).toBe(200);
  // The look at the processes may have come before the beat that renews the lease.
  const next = await waitFor(() => game.create(), { what: "a room", timeoutMs: 15_000 });
  await game.active(next.roomId);
  expect(host.output().match(/the database does not answer/g)).toHaveLength(1);
});

test("after an outage that a new host has not seen itself, the others get time to renew their leases", async () => {
  const machine = await newMachine(suite(), { game: ECHO_ROOM });
  const { database, rooms } = machine;
  const other = await registerTestHost(database);
  const { application } = await createTenant(database);
  await createDeployment(database, application);
  const { processId } = await createRoom(rooms, { application, region: TEST_REGION });
  await runWaitingProcesses(database, other);
  await database.sql`update hosts set beat_at = clock_timestamp() - interval '1 minute' where host_id = ${other.hostId}`;
  await machine.startHost();
  const beating = setInterval(() => void beatHost(database, other), 1_000);
  onTestFinished(() => clearInterval(beating));
  await database.sql`
    insert into room_events (app_id, type, created_at) values (${application.appId}, 'room.created', '2020-01-01')`;
  const cleaned = async () =>
    (await database.sql`select from room_events where app_id = ${application.appId} and created_at < '2021-01-01'`)
      .length === 0;
  await waitFor(cleaned, { what: "the housekeeping", timeoutMs: 20_000 });
  expect(await database.sql`select status from processes where process_id = ${processId ?? ""}`).toMatchObject([
    { status: "running" },
  ]);
});

test("an environment with problems is told and exits 1", async () => {
  const started = startApp({ path: "apps/host/src/main.ts", env: { HOST_REGIONS: "Berlin" }, readyPattern: /ready/ });
  await expect(started).rejects.toThrow(/HOST_REGIONS: unknown: Berlin;.*\n.*DATABASE_URL: is required/);
});
