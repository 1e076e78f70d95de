import { median, quantile } from "../median.ts";
import type { Measured, Task } from "./tasks.ts";

type Key = Pick<Task, "operation" | "source" | "connections">;

/** What one task has measured, round by round. */
export interface Series extends Key {
  readonly rounds: readonly Measured[];
}

/** Looks figures up and relates them round by round: only what was measured side by side is comparable. */
export class Figures {
  readonly series: readonly Series[];

  constructor(series: readonly Series[]) {
    this.series = series;
  }

  rounds(operation: Task["operation"], source: string, connections: number): readonly Measured[] {
    const found = this.series.find(
      (each) => each.operation === operation && each.source === source && each.connections === connections,
    );
    return found?.rounds ?? [];
  }

  rates(operation: Task["operation"], source: string, connections: number): number[] {
    return this.rounds(operation, source, connections).map(({ perSecond }) => perSecond);
  }

  /** In each round, the rate at the count of connections that is best in it. */
  bestRates(operation: Task["operation"], source: string): number[] {
    const all = this.series.filter((each) => each.operation === operation && each.source === source);
    return (all[0]?.rounds ?? []).map((_, round) =>
      Math.max(...all.map(({ rounds }) => rounds[round]?.perSecond ?? Number.NaN)),
    );
  }

  /** Milliseconds, in each round. */
  latencies(key: Key, part: number): number[] {
    return this.rounds(key.operation, key.source, key.connections).map(({ milliseconds }) =>
      quantile(milliseconds, part),
    );
  }
}

/** Median, lowest and highest of a over b, round by round; undefined: one of them was not measured. */
export interface Ratio {
  readonly median: number;
  readonly lowest: number;
  readonly highest: number;
}

export function ratioOf(over: readonly number[], under: readonly number[]): Ratio | undefined {
  const ratios = over.flatMap((value, round) => {
    const other = under[round];
    return other === undefined ? [] : [value / other];
  });
  if (ratios.length === 0) return undefined;
  return { median: median(ratios), lowest: Math.min(...ratios), highest: Math.max(...ratios) };
}

/** Medians of the rounds; p50 and p99 of all requests. */
export function summaryOf({ rounds }: Series) {
  const latencies = rounds.flatMap(({ milliseconds }) => milliseconds);
  const cpu = rounds.flatMap(({ cpuMicroseconds }) => cpuMicroseconds ?? []);
  const memory = rounds.flatMap(({ residentMib }) => residentMib ?? []);
  const refused = rounds.reduce((sum, sample) => sum + (sample.refused ?? 0), 0);
  return {
    perSecond: Math.round(median(rounds.map(({ perSecond }) => perSecond))),
    p50: round(quantile(latencies, 0.5)),
    p99: round(quantile(latencies, 0.99)),
    ...(cpu.length > 0 ? { cpuMicroseconds: Math.round(median(cpu)) } : {}),
    ...(refused > 0 ? { refused } : {}),
    ...(memory.length > 0 ? { residentMib: Math.round(Math.max(...memory)) } : {}),
  };
}

function round(milliseconds: number): number {
  return Math.round(milliseconds * 100) / 100;
}
