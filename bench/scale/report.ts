import { median, quantile } from "../median.ts";
import { ratioOf, type Ratio } from "../rooms/figures.ts";
import type { Churned } from "./churn.ts";
import type { OnDisk } from "./disk.ts";
import { judge, median as medianOf, type Goal, type Rounds } from "./goals.ts";
import type { Pruned } from "./housekeeping.ts";
import type { Memory } from "./memory.ts";
import type { Size } from "./sizes.ts";
import type { Measured } from "./tasks.ts";

/** Everything that was found at one size. */
export interface Found {
  readonly size: Size;
  readonly rounds: Rounds;
  readonly disk: readonly OnDisk[];
  readonly pruned: Pruned;
  readonly memory: Memory;
}

export interface Run {
  readonly machine: string;
  readonly node: string;
  readonly loadBefore: number;
  readonly rounds: number;
  readonly milliseconds: number;
  readonly minutes: number;
}

const MIB = 2 ** 20;

/** Prints tables for people and one line of JSON for programs. */
export function report(all: readonly Found[], churned: Churned | undefined, run: Run): void {
  const [smallest] = all;
  if (!smallest) return;
  console.log(
    `${run.machine}; Node ${run.node}; ${run.rounds} rounds of ${run.milliseconds} ms; ${run.minutes} minutes`,
  );
  console.log(`load average before: ${run.loadBefore.toFixed(2)}`);
  console.log(
    "\nPer second, median of the rounds (p50, p99 of all requests in ms; bytes of log per request); p50 over that of the first size",
  );
  printHead("", all);
  for (const name of smallest.rounds.keys())
    printRow(
      name,
      all.map(({ rounds }) => cell(rounds.get(name) ?? [], smallest.rounds.get(name) ?? [])),
    );
  printHead("the rest", all);
  for (const [name, value] of REST) printRow(name, all.map(value));
  printHead("on disk, MiB", all);
  for (const [index, { name, table }] of smallest.disk.entries())
    printRow(
      name === table ? name : `· ${name}`,
      all.map(({ disk }) => mib(disk[index]?.bytes ?? Number.NaN)),
    );
  if (churned) printChurn(churned);
  const goals = all.slice(1).flatMap(({ size, rounds }) => judge(size.name, rounds, smallest.rounds));
  printGoals(goals);
  console.log(`\n${JSON.stringify({ ...run, sizes: all.map(toFigures), churned, goals })}`);
}

const REST: readonly (readonly [name: string, value: (found: Found) => string])[] = [
  ["forget 10,000 rooms and 30,000 events, ms", ({ pruned }) => pruned.milliseconds.toFixed(0)],
  ["· a batch of 1,000 rooms, ms", ({ pruned }) => median(pruned.roomBatches).toFixed(1)],
  ["· longest transaction, ms", ({ pruned }) => pruned.longest.toFixed(1)],
  ["housekeeping with nothing to do, ms", ({ pruned }) => pruned.idle.toFixed(1)],
  ["memory of the gateway, MiB", ({ memory }) => memory.gateway.toFixed(0)],
  ["memory of rtc, MiB", ({ memory }) => memory.rtc.toFixed(0)],
  ["memory of a host, MiB", ({ memory }) => memory.host.toFixed(0)],
  ["all tables and indexes, MiB", ({ disk }) => mib(disk.reduce((sum, { bytes }) => sum + bytes, 0))],
];

function printHead(title: string, all: readonly Found[]): void {
  console.log(`\n| ${[title, ...all.map(({ size }) => size.name)].join(" | ")} |`);
  console.log(`|---|${"---|".repeat(all.length)}`);
}

function printRow(name: string, cells: readonly string[]): void {
  console.log(`| ${[name, ...cells].join(" | ")} |`);
}

function cell(rounds: readonly Measured[], smallest: readonly Measured[]): string {
  const { perSecond, p50, p99, walBytes } = summaryOf(rounds);
  const log = walBytes === undefined ? "" : `; ${walBytes} B`;
  const ratio = rounds === smallest ? undefined : ratioOf(rounds.map(medianOf), smallest.map(medianOf));
  return `${perSecond} (${p50}, ${p99}${log})${ratio ? ` ${ratio.median.toFixed(2)}` : ""}`;
}

function summaryOf(rounds: readonly Measured[]) {
  const latencies = rounds.flatMap(({ milliseconds }) => milliseconds);
  const log = rounds.flatMap(({ walBytes }) => walBytes ?? []);
  return {
    perSecond: Math.round(median(rounds.map(({ perSecond }) => perSecond))),
    p50: Number(quantile(latencies, 0.5).toFixed(2)),
    p99: Number(quantile(latencies, 0.99).toFixed(2)),
    ...(log.length > 0 ? { walBytes: Math.round(median(log)) } : {}),
  };
}

function printChurn({ roomsPerTurn, turns }: Churned): void {
  console.log(`\nChurn of ${roomsPerTurn} rooms a turn, MiB of tables + indexes after each turn:`);
  console.log(turns.map(({ heap, indexes }) => `${mib(heap)} + ${mib(indexes)}`).join(", "));
}

function printGoals(goals: readonly Goal[]): void {
  console.log("\n| goal | measure | demanded | found: median, lowest to highest | |\n|---|---|---|---|---|");
  for (const { number, measure, goal, found, isMet } of goals)
    console.log(
      `| ${number} | ${measure} | ${goal} | ${found ? printRatio(found) : "not measured"} | ${verdict(isMet)} |`,
    );
}

function printRatio({ median: middle, lowest, highest }: Ratio): string {
  return `${middle.toFixed(2)}, ${lowest.toFixed(2)} to ${highest.toFixed(2)}`;
}

function verdict(isMet: boolean | undefined): string {
  if (isMet === undefined) return "";
  return isMet ? "met" : "missed";
}

function toFigures({ size, rounds, disk, pruned, memory }: Found) {
  const measured = Object.fromEntries([...rounds].map(([name, figures]) => [name, summaryOf(figures)]));
  return { ...size, measured, disk, pruned, memory };
}

function mib(bytes: number): string {
  return (bytes / MIB).toFixed(bytes < 10 * MIB ? 1 : 0);
}
