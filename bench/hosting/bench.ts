// From the call of create to the first byte of the game server: on a warm slot, on a cold start, and without Roombridge.
import { randomUUID } from "node:crypto";
import { cpus, loadavg, release } from "node:os";
import { parseArgs } from "node:util";
import { RoombridgeClient } from "@roombridge/client";
import { declareDeployment, openDatabase } from "@roombridge/rooms";
import { newDataDir, removeRoombridge, startRoombridge, type Roombridge } from "@roombridge/testing/roombridge";
import { startBare } from "./bare.ts";
import { DOCKER_REGION, LOCAL_REGION, startDockerHost } from "./docker-host.ts";
import { measureRound, type Round } from "./measure-round.ts";
import { report } from "./report.ts";

const { values } = parseArgs({
  args: process.argv.slice(3),
  options: {
    rounds: { type: "string", default: "15" },
    // An engine, and an image of examples/echo-room that it has.
    docker: { type: "string" },
    image: { type: "string" },
  },
});
const rounds = Number(values.rounds);
if (!(rounds >= 1) || (values.docker === undefined) !== (values.image === undefined)) {
  console.error("usage: pnpm bench hosting [--rounds 15] [--docker unix:///var/run/docker.sock --image echo-room:1]");
  process.exit(2);
}

const loadBefore = loadavg()[0] ?? Number.NaN;
const undo: (() => unknown)[] = [];
try {
  const roombridge = await startRoombridge(await newDataDir(), { LOG_LEVEL: "warn", HOST_REGIONS: LOCAL_REGION });
  undo.push(() => removeRoombridge(roombridge));
  await oneRoomPerProcess(roombridge);
  const providers = [{ name: "local", region: LOCAL_REGION }];
  if (values.docker !== undefined && values.image !== undefined) {
    const host = await startDockerHost(roombridge, { engine: values.docker, image: values.image });
    undo.push(() => host.stop());
    providers.push({ name: "docker", region: DOCKER_REGION });
  }
  const client = new RoombridgeClient({
    serverUrl: roombridge.gateway,
    token: roombridge.token,
    appId: roombridge.appId,
  });
  const bare: number[] = [];
  const series = new Map<string, Round[]>(providers.map(({ name }) => [name, []]));
  // Round 0 warms up.
  for (let round = 0; round <= rounds; round += 1) {
    const alone = await startBare();
    if (round > 0) bare.push(alone);
    for (const { name, region } of providers) {
      const measured = await measureRound(client, region);
      if (round > 0) series.get(name)?.push(measured);
    }
  }
  report({
    machine: `${cpus()[0]?.model ?? "unknown processor"}, ${cpus().length} processors, Linux ${release()}`,
    node: process.versions.node,
    loadBefore,
    rounds,
    bare,
    series: [...series].map(([provider, samples]) => ({ provider, samples })),
  });
} finally {
  for (const step of undo.toReversed()) await step();
}

/** The demo again, but so that a new room needs a new process unless an old one has become free. */
async function oneRoomPerProcess({ appId, databaseUrl }: Roombridge): Promise<void> {
  const database = openDatabase({ url: databaseUrl, applicationName: "roombridge bench", maxConnections: 1 });
  try {
    const [demo] = await database.sql<{ buildId: string }[]>`
      select build_id as "buildId" from deployments where app_id = ${appId} order by sequence desc limit 1`;
    if (!demo) throw new Error("npm start declares a deployment");
    await declareDeployment(
      database,
      {
        appId,
        buildId: demo.buildId,
        containerPort: 8000,
        transportType: "tcp",
        roomsPerProcess: 1,
        maxProcesses: 16,
        requestedCpu: 0.5,
        requestedMemoryMb: 512,
        idleTimeoutEnabled: true,
        env: [],
      },
      `dep-${randomUUID()}`,
    );
  } finally {
    await database.close();
  }
}
