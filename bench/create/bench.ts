// Rooms created per second through Thrift over those through REST: the real apps on one database, measured in turn.
import { cpus, loadavg, release } from "node:os";
import { parseArgs } from "node:util";
import { openFixture, type Fixture } from "./fixture.ts";
import { createRooms } from "./load.ts";
import { report, type Pair } from "./report.ts";

const CONNECTIONS = [1, 16, 64] as const;
const WARM_UP_MS = 1_500;

const { values } = parseArgs({
  args: process.argv.slice(3),
  options: { rounds: { type: "string", default: "7" }, milliseconds: { type: "string", default: "1000" } },
});
const rounds = Number(values.rounds);
const milliseconds = Number(values.milliseconds);
// A longer measurement could fill the processes of the fixture.
if (!(rounds >= 1 && milliseconds >= 100 && milliseconds <= 3_000)) {
  console.error("usage: pnpm bench create [--rounds 7] [--milliseconds 1000], at most 3000");
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
  const fixture = await openFixture(undo);
  const pairs: Pair[][] = CONNECTIONS.map(() => []);
  for (const connections of CONNECTIONS) await measure(fixture, { connections, duration: WARM_UP_MS, round: 0 });
  for (let round = 1; round <= rounds; round += 1) {
    process.stderr.write(`round ${round} of ${rounds}\n`);
    for (const [at, connections] of CONNECTIONS.entries())
      pairs[at]?.push(await measure(fixture, { connections, duration: milliseconds, round }));
  }
  report({
    machine: `${cpus()[0]?.model ?? "unknown processor"}, ${cpus().length} processors, Linux ${release()}`,
    node: process.version,
    database: fixture.database,
    loadBefore,
    rounds,
    milliseconds,
    connections: CONNECTIONS,
    pairs,
  });
}

/** Each round begins with the other face. */
async function measure(
  { faces: [rest, thrift], clean }: Fixture,
  { connections, duration, round }: { readonly connections: number; readonly duration: number; readonly round: number },
): Promise<Pair> {
  const run = async (face: typeof rest) => {
    await clean();
    return createRooms(face, connections, duration);
  };
  if (round % 2 === 0) return { rest: await run(rest), thrift: await run(thrift) };
  const first = await run(thrift);
  return { rest: await run(rest), thrift: first };
}
