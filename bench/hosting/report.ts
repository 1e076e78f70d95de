import { median, quantile } from "../median.ts";
import type { Round } from "./measure-round.ts";

export interface Run {
  readonly machine: string;
  readonly node: string;
  /** Of the machine over the minute before: what else was running. */
  readonly loadBefore: number;
  readonly rounds: number;
  /** Milliseconds to the first byte of the game server as a plain child process, by round. */
  readonly bare: readonly number[];
  readonly series: readonly { readonly provider: string; readonly samples: readonly Round[] }[];
}

/** Prints a table for people and one line of JSON for programs. */
export function report({ bare, series, ...facts }: Run): void {
  const rows = [
    rowOf("the game server alone", bare, bare),
    ...series.flatMap(({ provider, samples }) => [
      rowOf(
        `${provider}, cold start`,
        samples.map(({ cold }) => cold),
        bare,
      ),
      rowOf(
        `${provider}, warm slot`,
        samples.map(({ warm }) => warm),
        bare,
      ),
    ]),
  ];
  console.log(`${facts.machine}; Node ${facts.node}; ${facts.rounds} rounds`);
  console.log(`load average before: ${facts.loadBefore.toFixed(2)}`);
  console.log("Milliseconds from create (or the start of the process) to the first byte of the game\n");
  console.log("| what | median | p90 | max | over the game server alone, same round: median |\n|---|---|---|---|---|");
  for (const { what, ratio, ...figures } of rows) {
    const cells = [figures.median, figures.p90, figures.max].map((value) => value.toFixed(1));
    console.log(`| ${what} | ${cells.join(" | ")} | ${ratio.toFixed(2)} |`);
  }
  console.log(`\n${JSON.stringify({ ...facts, rows })}`);
}

function rowOf(what: string, values: readonly number[], bare: readonly number[]) {
  return {
    what,
    median: median(values),
    p90: quantile(values, 0.9),
    max: Math.max(...values),
    ratio: median(values.map((value, round) => value / (bare[round] ?? Number.NaN))),
  };
}
