import { summaryOf, type Figures, type Series } from "./figures.ts";
import { judge, type Goal } from "./goals.ts";
import { PEERS } from "./peers/peers.ts";
import { CONNECTIONS, type Task } from "./tasks.ts";

export interface Run {
  readonly machine: string;
  readonly node: string;
  readonly database: string;
  readonly baseline: string;
  readonly loadBefore: number;
  readonly rounds: number;
  readonly milliseconds: number;
}

/** Prints tables for people and one line of JSON for programs. */
export function report(figures: Figures, run: Run): void {
  const { machine, node, database, baseline, rounds, milliseconds, loadBefore } = run;
  console.log(`${machine}; Node ${node}; ${database}; ${baseline}; ${rounds} rounds of ${milliseconds} ms each`);
  console.log(`load average before: ${loadBefore.toFixed(2)}`);
  console.log(
    "Per second, median of the rounds (latency of all requests in ms: p50, p99; of a server also its CPU in µs per request and its memory)",
  );
  for (const operation of new Set(figures.series.map((series) => series.operation))) printOperation(figures, operation);
  const goals = judge(figures);
  printGoals(goals);
  const measured = figures.series.map(({ operation, source, connections, ...series }) => ({
    ...{ operation, source, connections },
    ...summaryOf({ operation, source, connections, ...series }),
  }));
  console.log(`\n${JSON.stringify({ ...run, measured, goals })}`);
}

function printOperation({ series }: Figures, operation: Task["operation"]): void {
  const ofOperation = series.filter((each) => each.operation === operation);
  const columns = CONNECTIONS.filter((connections) => ofOperation.some((each) => each.connections === connections));
  console.log(`\n| ${operation} | ${columns.join(" | ")} |`);
  console.log(`|---|${"---|".repeat(columns.length)}`);
  const sources = new Set(ofOperation.map(({ source }) => source));
  for (const source of sources) {
    const cells = columns.map((connections) =>
      cell(ofOperation.find((each) => each.source === source && each.connections === connections)),
    );
    console.log(`| ${source} | ${cells.join(" | ")} |`);
  }
  for (const { name, lacks } of PEERS) if (sources.has(name)) console.log(`${name}: ${lacks}`);
}

function cell(series: Series | undefined): string {
  if (series === undefined) return "";
  const { perSecond, p50, p99, cpuMicroseconds, residentMib, refused } = summaryOf(series);
  const server = [
    ...(cpuMicroseconds === undefined ? [] : [`${cpuMicroseconds} µs`]),
    ...(refused === undefined ? [] : [`${refused} refused`]),
    ...(residentMib === undefined ? [] : [`${residentMib} MiB`]),
  ];
  return `${perSecond} (${[`${p50}, ${p99}`, ...server].join("; ")})`;
}

function printGoals(goals: readonly Goal[]): void {
  console.log("\n| goal | measure | demanded | found: median, lowest to highest | |");
  console.log("|---|---|---|---|---|");
  for (const { number, measure, goal, found, isMet } of goals) {
    const figure = found
      ? `${found.median.toFixed(2)}, ${found.lowest.toFixed(2)} to ${found.highest.toFixed(2)}`
      : "not measured";
    console.log(`| ${number} | ${measure} | ${goal} | ${figure} | ${verdict(isMet)} |`);
  }
}

function verdict(isMet: boolean | undefined): string {
  if (isMet === undefined) return "";
  return isMet ? "met" : "missed";
}
