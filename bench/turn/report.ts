import { median, quantile } from "../median.ts";
import type { Cuts } from "./cuts.ts";
import type { Renewals } from "./renewals.ts";

export interface Run {
  readonly machine: string;
  readonly node: string;
  /** Of the machine over the minute before: what else was running. */
  readonly loadBefore: number;
  /** Relay sessions that were running when the first room was destroyed. */
  readonly sessions: number;
  readonly renewals: Renewals;
  readonly cuts: Cuts;
}

/** Prints a table for people and one line of JSON for programs. */
export function report({ renewals, cuts, ...facts }: Run): void {
  const rows = [
    { what: "session over TCP closed after the commit of destroy", ...distribution(cuts.tcp) },
    { what: "last datagram over UDP after it", ...distribution(cuts.udp) },
    { what: "longest silence of a call, nothing happens", ...distribution(renewals.quietGapsMs) },
    { what: "longest silence of a call, credentials renewed and old ones revoked", ...distribution(renewals.gapsMs) },
  ];
  console.log(`${facts.machine}; Node ${facts.node}; load average before: ${facts.loadBefore.toFixed(2)}`);
  console.log(`${facts.sessions} relay sessions; milliseconds\n`);
  console.log("| what | n | median | p90 | p99 | max |\n|---|---|---|---|---|---|");
  for (const { what, n, median, p90, p99, max } of rows) {
    console.log(`| ${what} | ${n} | ${[median, p90, p99, max].map((value) => value.toFixed(2)).join(" | ")} |`);
  }
  console.log(`\nmessages lost in renewed calls: ${renewals.lost}`);
  console.log(`\n${JSON.stringify({ ...facts, lost: renewals.lost, rows })}`);
}

function distribution(values: readonly number[]) {
  const [p90, p99] = [quantile(values, 0.9), quantile(values, 0.99)];
  return { n: values.length, median: median(values), p90, p99, max: Math.max(...values) };
}
