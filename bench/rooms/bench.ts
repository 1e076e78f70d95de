// Rooms through the real gateway, against the same work in the database alone, a bare Hono handler, and other room servers.
import { cpus, loadavg, release } from "node:os";
import { parseArgs } from "node:util";
import { Figures } from "./figures.ts";
import { openFixture } from "./fixture.ts";
import { peerTasks } from "./peers/peers.ts";
import { report } from "./report.ts";
import { tasksOf, type Measured, type Task } from "./tasks.ts";

const WARM_UP_MS = 1_000;

const { values } = parseArgs({
  args: process.argv.slice(3),
  options: {
    rounds: { type: "string", default: "5" },
    milliseconds: { type: "string", default: "1000" },
    only: { type: "string", default: "" },
    peers: { type: "boolean", default: false },
  },
});
const rounds = Number(values.rounds);
const milliseconds = Number(values.milliseconds);
// A longer measurement could fill the processes of the fixture.
if (!(rounds >= 1 && milliseconds >= 100 && milliseconds <= 3_000)) {
  console.error(
    "usage: pnpm bench rooms [--rounds 5] [--milliseconds 1000], at most 3000, [--only create,hello] [--peers]",
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
  const fixture = await openFixture(undo);
  const tasks = [...tasksOf(fixture), ...(values.peers ? await peerTasks(fixture.databaseUrl, undo) : [])].filter(
    isWanted,
  );
  const measured = new Map<Task, Measured[]>(tasks.map((task) => [task, []]));
  process.stderr.write(`${tasks.length} figures, warming up\n`);
  for (const task of tasks) if (task.connections === 64) await task.run(Math.min(WARM_UP_MS, milliseconds));
  for (let round = 1; round <= rounds; round += 1) {
    process.stderr.write(`round ${round} of ${rounds}\n`);
    // What came last in a round comes first in the next one.
    for (const task of round % 2 === 0 ? tasks.toReversed() : tasks)
      measured.get(task)?.push(await task.run(milliseconds));
  }
  report(
    new Figures(
      tasks.map((task) => {
        const { operation, source, connections } = task;
        return { operation, source, connections, rounds: measured.get(task) ?? [] };
      }),
    ),
    {
      machine: `${cpus()[0]?.model ?? "unknown processor"}, ${cpus().length} processors, Linux ${release()}`,
      node: process.version,
      database: fixture.database,
      baseline: fixture.baseline.name,
      ...{ loadBefore, rounds, milliseconds },
    },
  );
}

function isWanted({ operation }: Task): boolean {
  return values.only === "" || values.only.split(",").includes(operation);
}
