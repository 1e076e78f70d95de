// From a process that is ready to the answer of a client that waits for it: real gateways, each waiter with a connection.
import { cpus, loadavg, release } from "node:os";
import { parseArgs } from "node:util";
import { median, quantile } from "../median.ts";
import { openFixture } from "./fixture.ts";
import { measureRound, type RoundResult } from "./round.ts";

const { values } = parseArgs({
  args: process.argv.slice(3),
  options: {
    rounds: { type: "string", default: "3" },
    waiters: { type: "string", default: "1000" },
    gateways: { type: "string", default: "2" },
    interval: { type: "string", default: "10" },
    "rooms-per-process": { type: "string", default: "1" },
  },
});
const rounds = Number(values.rounds);
const waiters = Number(values.waiters);
const gateways = Number(values.gateways);
const intervalMs = Number(values.interval);
const roomsPerProcess = Number(values["rooms-per-process"]);
// Nobody waits for longer than 25 s.
if (!(rounds >= 1 && waiters >= 1 && gateways >= 1 && (waiters / roomsPerProcess) * intervalMs <= 15_000)) {
  console.error(
    "usage: pnpm bench push [--rounds 3] [--waiters 1000] [--gateways 2] [--interval 10] [--rooms-per-process 1], at most 15 s",
  );
  process.exit(2);
}

const undo: (() => unknown)[] = [];
try {
  await bench();
} finally {
  for (const step of undo.toReversed()) await step();
}

async function bench(): Promise<void> {
  const loadBefore = loadavg()[0] ?? 0;
  const fixture = await openFixture({ gateways, roomsPerProcess }, undo);
  const results: RoundResult[] = [];
  // The first one warms up.
  for (let round = 0; round <= rounds; round += 1) {
    process.stderr.write(`round ${round} of ${rounds}\n`);
    const result = await measureRound(fixture, { waiters, intervalMs });
    if (round > 0) results.push(result);
  }
  const machine = `${cpus()[0]?.model ?? "unknown processor"}, ${cpus().length} processors, Linux ${release()}`;
  console.log(`${machine}; Node ${process.version}; ${fixture.database}; ${rounds} rounds`);
  console.log(`load average before: ${loadBefore.toFixed(2)}`);
  console.log(
    `${waiters} waiters at ${gateways} gateways, ${roomsPerProcess} to a process, a process every ${intervalMs} ms`,
  );
  console.log("From the event to the first byte at the client, ms: median of the rounds (the worst round)");
  console.log("\n| client | p50 | p99 | last |");
  console.log("|---|---|---|---|");
  for (const [name, key] of [
    ["?wait=", "waitMs"],
    ["the same, from the commit on", "afterCommitMs"],
    ["server-sent events", "followMs"],
    ["commit known to the host", "commitMs"],
    ["bare listener", "notifyMs"],
  ] as const) {
    const cells = [0.5, 0.99, 1].map((part) => cell(results.map((result) => quantile(result[key], part))));
    console.log(`| ${name} | ${cells.join(" | ")} |`);
  }
  const facts = { machine, loadBefore, rounds, waiters, gateways, intervalMs, roomsPerProcess };
  console.log(`\n${JSON.stringify({ ...facts, results: results.map(summary) })}`);
}

function cell(figures: readonly number[]): string {
  return `${median(figures).toFixed(2)} (${Math.max(...figures).toFixed(2)})`;
}

function summary({ waitMs, afterCommitMs, followMs, commitMs, notifyMs }: RoundResult) {
  const of = (all: readonly number[]) => ({
    p50: quantile(all, 0.5),
    p99: quantile(all, 0.99),
    last: quantile(all, 1),
  });
  const own = { wait: of(waitMs), afterCommit: of(afterCommitMs), follow: of(followMs) };
  return { ...own, commit: of(commitMs), notify: of(notifyMs) };
}
