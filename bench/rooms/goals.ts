import { median } from "../median.ts";
import { ratioOf, type Figures, type Ratio } from "./figures.ts";
import { DURABLE_PEERS } from "./peers/peers.ts";

export interface Goal {
  readonly number: string;
  readonly measure: string;
  readonly goal: string;
  /** Undefined: not measured in this run. */
  readonly found: Ratio | undefined;
  readonly isMet: boolean | undefined;
}

const TRANSACTION = "transaction";
const STATEMENT = "statement";
const GATEWAY = "gateway";
const MEMORY_MIB = 260;

/** What the rates of rooms shall be, each against what was measured in the same round. */
export function judge(figures: Figures): Goal[] {
  return [
    atLeast(2, "1", "create at 64 connections over pgbench's transaction at its best client count", {
      found: ratioOf(figures.rates("create", GATEWAY, 64), figures.bestRates("create", TRANSACTION)),
    }),
    atLeast(1.2, "2", "create at 256 connections over pgbench's single statement at its best client count", {
      found: ratioOf(figures.rates("create", GATEWAY, 256), figures.bestRates("create", STATEMENT)),
    }),
    atMost(2.5, "3", "create p50 at 1 connection over that of pgbench's single statement at 1 client", {
      found: ratioOf(latencies(figures, GATEWAY, 1, 0.5), latencies(figures, STATEMENT, 1, 0.5)),
    }),
    atMost(2.5, "4", "create p99 at 64 connections over p50 of the same", {
      found: ratioOf(latencies(figures, GATEWAY, 64, 0.99), latencies(figures, GATEWAY, 64, 0.5)),
    }),
    atLeast(0.5, "5", "connection info over bare Hono at 64 connections (0.7 aimed at)", {
      found: ratioOf(figures.rates("connection info", GATEWAY, 64), hello(figures)),
    }),
    atLeast(0.3, "6", "room info with allocations over bare Hono at 64 connections", {
      found: ratioOf(figures.rates("info", GATEWAY, 64), hello(figures)),
    }),
    ...packing(figures),
    memory(figures),
    ...DURABLE_PEERS.map((peer) =>
      atLeast(5, "15", `create at 64 connections over that of ${peer}`, {
        found: ratioOf(figures.rates("create", GATEWAY, 64), figures.rates("create", peer, 64)),
      }),
    ),
  ];
}

function hello(figures: Figures): number[] {
  return figures.rates("hello", "bare Hono", 64);
}

function latencies(figures: Figures, source: string, connections: number, part: number): number[] {
  return figures.latencies({ operation: "create", source, connections }, part);
}

/** Rooms share as few processes as they can, at nearly the speed at which they find processes with much room. */
function packing(figures: Figures): Goal[] {
  const rounds = figures.rounds("packed create", GATEWAY, 64);
  const pairs = rounds.flatMap((round) => round.packing ?? []);
  const used = ratioOf(
    pairs.map((pair) => pair.used),
    pairs.map((pair) => pair.needed),
  );
  const most = Math.max(0, ...pairs.map((pair) => pair.needed));
  return [
    atMost(1.02, "7", `processes used over those needed (${most} at most), 64 creators`, { found: used }),
    atLeast(0.8, "7", "create while packing over create at 64 connections", {
      found: ratioOf(figures.rates("packed create", GATEWAY, 64), figures.rates("create", GATEWAY, 64)),
    }),
  ];
}

function memory(figures: Figures): Goal {
  const used = figures.rounds("create", GATEWAY, 256).flatMap(({ residentMib }) => residentMib ?? []);
  const found =
    used.length === 0 ? undefined : { median: median(used), lowest: Math.min(...used), highest: Math.max(...used) };
  return {
    ...{ number: "14", measure: "resident memory of the gateway after 256 connections, in MiB", found },
    goal: `<= ${MEMORY_MIB}`,
    isMet: found && found.highest <= MEMORY_MIB,
  };
}

interface Found {
  readonly found: Ratio | undefined;
}

function atLeast(bound: number, number: string, measure: string, { found }: Found): Goal {
  return { number, measure, goal: `>= ${bound}`, found, isMet: found && found.median >= bound };
}

function atMost(bound: number, number: string, measure: string, { found }: Found): Goal {
  return { number, measure, goal: `<= ${bound}`, found, isMet: found && found.median <= bound };
}
