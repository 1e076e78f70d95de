// Server processor time per Thrift call, against the echo of raw sockets and against other libraries. All servers run all
// the time and are measured in turn, round by round, so that a machine that changes its speed changes it for all.
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, loadavg, release, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { prepareCandidates } from "./candidates.ts";
import { PINNING, prepareLoad, RunningServer, type Sample, type Shape } from "./measure.ts";
import { report, type Series } from "./report.ts";

const SHAPES: readonly Shape[] = [
  { connections: 1, depth: 64 },
  { connections: 32, depth: 1 },
  { connections: 32, depth: 8 },
];
const WARM_UP_MS = 1_500;

const { values } = parseArgs({
  args: process.argv.slice(3),
  options: { rounds: { type: "string", default: "7" }, milliseconds: { type: "string", default: "1000" } },
});
const rounds = Number(values.rounds);
const milliseconds = Number(values.milliseconds);
if (!(rounds >= 1 && milliseconds >= 100)) {
  console.error("usage: pnpm bench thrift [--rounds 7] [--milliseconds 1000]");
  process.exit(2);
}

const directory = mkdtempSync(join(tmpdir(), "roombridge-bench-"));
const servers: RunningServer[] = [];
try {
  await bench();
} finally {
  await Promise.all(servers.map((server) => server.stop()));
  rmSync(directory, { recursive: true, force: true });
}

async function bench(): Promise<void> {
  const load = prepareLoad(directory);
  const { present, absent } = prepareCandidates(directory);
  const loadBefore = loadavg()[0] ?? 0;
  const series: Series[] = [];
  for (const candidate of present) {
    const server = await RunningServer.start(candidate);
    servers.push(server);
    series.push({ name: candidate.name, version: candidate.version, samples: SHAPES.map(() => []) });
    for (const shape of SHAPES) await server.measure(shape, WARM_UP_MS, load);
  }
  for (let round = 1; round <= rounds; round += 1) {
    process.stderr.write(`round ${round} of ${rounds}\n`);
    for (const [at, shape] of SHAPES.entries()) {
      for (const [index, server] of servers.entries()) {
        const sample: Sample = await server.measure(shape, milliseconds, load);
        series[index]?.samples[at]?.push(sample);
      }
    }
  }
  report({
    machine: `${cpus()[0]?.model ?? "unknown processor"}, ${cpus().length} processors, Linux ${release()}`,
    node: process.version,
    load: `${load.name}; ${PINNING}`,
    loadBefore,
    rounds,
    milliseconds,
    shapes: SHAPES,
    series,
    absent,
  });
}
