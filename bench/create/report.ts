import { median, quantile } from "../median.ts";
import type { Sample } from "./load.ts";

/** One count of connections in one round. */
export interface Pair {
  readonly rest: Sample;
  readonly thrift: Sample;
}

export interface Run {
  readonly machine: string;
  readonly node: string;
  readonly database: string;
  readonly loadBefore: number;
  readonly rounds: number;
  readonly milliseconds: number;
  readonly connections: readonly number[];
  /** By count of connections, then by round. */
  readonly pairs: readonly (readonly Pair[])[];
}

/** Prints a table for people and one line of JSON for programs. */
export function report({ pairs, ...facts }: Run): void {
  const rows = pairs.map((rounds, at) => rowOf(facts.connections[at] ?? 0, rounds));
  const { machine, node, database, rounds, milliseconds, loadBefore } = facts;
  console.log(`${machine}; Node ${node}; ${database}; ${rounds} rounds of ${milliseconds} ms each`);
  console.log(`load average before: ${loadBefore.toFixed(2)}`);
  console.log(
    "Rooms created per second, median of the rounds (latency of all requests in ms: p50, p99; server CPU in µs)",
  );
  console.log("\n| connections | REST | Thrift | Thrift over REST, same round: median, lowest to highest |");
  console.log("|---|---|---|---|");
  for (const { connections, rest, thrift, ratio, lowest, highest } of rows) {
    const range = `${lowest.toFixed(2)} to ${highest.toFixed(2)}`;
    console.log(`| ${connections} | ${cell(rest)} | ${cell(thrift)} | ${ratio.toFixed(2)}, ${range} |`);
  }
  console.log(`\n${JSON.stringify({ ...facts, rows })}`);
}

function rowOf(connections: number, rounds: readonly Pair[]) {
  const ratios = rounds.map(({ rest, thrift }) => thrift.roomsPerSecond / rest.roomsPerSecond);
  return {
    connections,
    rest: figures(rounds.map(({ rest }) => rest)),
    thrift: figures(rounds.map(({ thrift }) => thrift)),
    ratio: median(ratios),
    lowest: Math.min(...ratios),
    highest: Math.max(...ratios),
  };
}

function figures(samples: readonly Sample[]) {
  const latencies = samples.flatMap(({ milliseconds }) => milliseconds);
  return {
    roomsPerSecond: Math.round(median(samples.map(({ roomsPerSecond }) => roomsPerSecond))),
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
    cpuMicrosecondsPerRoom: Math.round(median(samples.map((sample) => sample.cpuMicrosecondsPerRoom))),
  };
}

function cell({ roomsPerSecond, p50, p99, cpuMicrosecondsPerRoom }: ReturnType<typeof figures>): string {
  return `${roomsPerSecond} (${p50.toFixed(2)}, ${p99.toFixed(2)}; ${cpuMicrosecondsPerRoom})`;
}
