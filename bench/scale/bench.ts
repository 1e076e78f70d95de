// What grows when the history grows: the same load on databases of several sizes, side by side.
import { randomBytes } from "node:crypto";
import { cpus, loadavg, release } from "node:os";
import { parseArgs } from "node:util";
import { measureChurn, type Churned } from "./churn.ts";
import { measureDisk } from "./disk.ts";
import { fill, type FilledGames } from "./fill.ts";
import { measureHousekeeping } from "./housekeeping.ts";
import { measureMemory } from "./memory.ts";
import { report, type Found } from "./report.ts";
import { openCluster } from "./scale-cluster.ts";
import { bytesNeeded, parseSizes, type Size } from "./sizes.ts";
import { openSubject, type Subject } from "./subject.ts";
import { TASKS, type Measured } from "./tasks.ts";

const WARM_UP_MS = 500;
const CHURN = "scale_churn";

const { values } = parseArgs({
  args: process.argv.slice(3),
  options: {
    rooms: { type: "string", default: "1e4,1e5,1e6" },
    rounds: { type: "string", default: "5" },
    milliseconds: { type: "string", default: "1000" },
    churn: { type: "string", default: "20000" },
    only: { type: "string", default: "" },
  },
});
const sizes = parseSizes(values.rooms);
const rounds = Number(values.rounds);
const milliseconds = Number(values.milliseconds);
const roomsPerTurn = Number(values.churn);
// A longer measurement could fill the processes.
if (!(sizes && rounds >= 1 && milliseconds >= 100 && milliseconds <= 3_000 && roomsPerTurn >= 0)) {
  console.error(
    "usage: pnpm bench scale [--rooms 1e4,1e5,1e6], each 2e3 to 1e8, [--rounds 5] [--milliseconds 1000], at most 3000, [--churn 20000] [--only create]",
  );
  process.exit(2);
}
const wanted = values.only.split(";").filter((name) => name !== "");
const tasks = TASKS.filter(({ name }) => wanted.length === 0 || wanted.includes(name));

const undo: (() => unknown)[] = [];
try {
  await bench(sizes);
} finally {
  for (const step of undo.toReversed()) await step();
}

async function bench(all: readonly Size[]): Promise<void> {
  const loadBefore = loadavg()[0] ?? 0;
  const begin = performance.now();
  const keys = `bench:${randomBytes(32).toString("base64")}`;
  const { subjects, churn } = await openSubjects(all, keys);
  const found: Found[] = [];
  const measured = await measureRounds(subjects);
  for (const subject of subjects) {
    say(`${subject.size.name}: disk, housekeeping, memory`);
    const disk = await measureDisk(subject.database);
    const pruned = await measureHousekeeping(subject);
    const memory = await measureMemory(subject, keys);
    found.push({ size: subject.size, rounds: measured.get(subject) ?? new Map(), disk, pruned, memory });
  }
  report(found, await churn(), {
    machine: `${cpus()[0]?.model ?? "unknown processor"}, ${cpus().length} processors, Linux ${release()}`,
    node: process.version,
    ...{ loadBefore, rounds, milliseconds },
    minutes: Math.round((performance.now() - begin) / 6_000) / 10,
  });
}

interface Subjects {
  readonly subjects: readonly Subject[];
  readonly churn: () => Promise<Churned | undefined>;
}

async function openSubjects(all: readonly Size[], keys: string): Promise<Subjects> {
  const cluster = await openCluster(bytesNeeded(all), undo);
  const games: FilledGames[] = [];
  for (const size of all) {
    const begin = performance.now();
    games.push(await fill(await cluster.addDatabase(nameOf(size)), size));
    say(`${size.name} filled in ${((performance.now() - begin) / 1_000).toFixed(0)} s`);
  }
  await cluster.addDatabase(CHURN);
  const urlOf = await cluster.harden();
  const subjects: Subject[] = [];
  for (const [index, size] of all.entries()) {
    const game = games[index];
    if (game) subjects.push(await openSubject({ ...game, size, url: urlOf(nameOf(size)), keys }, undo));
  }
  return {
    subjects,
    async churn() {
      if (roomsPerTurn === 0) return undefined;
      say("churn");
      return measureChurn(urlOf(CHURN), roomsPerTurn);
    },
  };
}

function nameOf({ name }: Size): string {
  return `scale_${name}`;
}

/** All sizes one after the other for each figure, in every second round backwards. */
async function measureRounds(subjects: readonly Subject[]): Promise<Map<Subject, Map<string, Measured[]>>> {
  const measured = new Map(subjects.map((subject) => [subject, new Map<string, Measured[]>()]));
  say("warming up");
  for (const task of tasks) for (const subject of subjects) await task.run(subject, WARM_UP_MS);
  for (let round = 1; round <= rounds; round += 1) {
    say(`round ${round} of ${rounds}`);
    for (const task of tasks)
      for (const subject of round % 2 === 0 ? subjects.toReversed() : subjects) {
        const figures = measured.get(subject);
        for (const [name, figure] of Object.entries(await task.run(subject, milliseconds)))
          figures?.set(name, [...(figures.get(name) ?? []), figure]);
      }
  }
  return measured;
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
