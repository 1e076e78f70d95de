import { median } from "../median.ts";
import type { Sample, Shape } from "./measure.ts";

/** The samples of one server, by shape and round. */
export interface Series {
  readonly name: string;
  readonly version: string;
  readonly samples: readonly Sample[][];
}

export interface Run {
  readonly machine: string;
  readonly node: string;
  readonly load: string;
  /** Of the machine over the minute before: what else was running. */
  readonly loadBefore: number;
  readonly rounds: number;
  readonly milliseconds: number;
  readonly shapes: readonly Shape[];
  /** The echo comes first. */
  readonly series: readonly Series[];
  readonly absent: readonly string[];
}

/** Prints a table for people and one line of JSON for programs. */
export function report(run: Run): void {
  const rows = run.series.map((series) => rowOf(series, run));
  const [echo] = rows;
  const shapes = run.shapes.map(nameOf);
  console.log(
    `${run.machine}; Node ${run.node}; load: ${run.load}; ${run.rounds} rounds of ${run.milliseconds} ms each`,
  );
  console.log(`load average before: ${run.loadBefore.toFixed(2)}`);
  console.log(
    "Server CPU per pppbool in microseconds: median (ratio to the echo of the same round: median, lowest to highest)",
  );
  console.log(`\n| server | ${shapes.join(" | ")} |\n|---|${shapes.map(() => "---|").join("")}`);
  for (const row of rows) {
    const { name, version, figures } = row;
    const cells = figures.map(({ microseconds, ratio, lowest, highest }) =>
      row === echo
        ? microseconds.toFixed(2)
        : `${microseconds.toFixed(2)} (${ratio.toFixed(2)}, ${lowest.toFixed(2)} to ${highest.toFixed(2)})`,
    );
    console.log(`| ${name} ${version} | ${cells.join(" | ")} |`);
  }
  for (const who of run.absent) console.log(`\nnot measured: ${who}`);
  const { series: _, ...facts } = run;
  console.log(`\n${JSON.stringify({ ...facts, shapes, rows })}`);
}

function nameOf({ connections, depth }: Shape): string {
  return `${connections} x ${depth}`;
}

function rowOf({ name, version, samples }: Series, { series: [echo] }: Run) {
  const figures = samples.map((rounds, shape) => {
    const own = rounds.map(({ cpuMicrosecondsPerCall }) => cpuMicrosecondsPerCall);
    const base = echo?.samples[shape]?.map(({ cpuMicrosecondsPerCall }) => cpuMicrosecondsPerCall) ?? [];
    const ratios = own.map((value, round) => value / (base[round] ?? Number.NaN));
    return {
      microseconds: median(own),
      ratio: median(ratios),
      lowest: Math.min(...ratios),
      highest: Math.max(...ratios),
      callsPerSecond: Math.round(median(rounds.map(({ callsPerSecond }) => callsPerSecond))),
    };
  });
  return { name, version, figures };
}
