import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Sample } from "./http-load.ts";
import type { Baseline, BaselineLoad } from "./baseline.ts";
import type { Script } from "./statements.ts";

const run = promisify(execFile);
/** Where Debian puts the programs of each major version of the server. */
const DEBIAN = "/usr/lib/postgresql";
/** Its time begins before its clients are connected, which takes long on a busy machine. */
const CONNECT_SECONDS = 1;
const MAX_SECONDS = 30;

/** The newest pgbench of this machine; undefined: there is none. */
export function findPgbench(): string | undefined {
  if (!existsSync(DEBIAN)) return undefined;
  return readdirSync(DEBIAN)
    .toSorted((a, b) => Number(b) - Number(a))
    .map((version) => join(DEBIAN, version, "bin/pgbench"))
    .find((program) => existsSync(program));
}

/** Runs scripts with pgbench, every statement prepared once and sent one by one. */
export async function openPgbench(program: string, databaseUrl: string): Promise<Baseline> {
  const { stdout } = await run(program, ["--version"]);
  const url = new URL(databaseUrl);
  const env = {
    PGHOST: url.hostname,
    PGPORT: url.port,
    PGUSER: decodeURIComponent(url.username),
    PGPASSWORD: decodeURIComponent(url.password),
    PGDATABASE: url.pathname.slice(1),
  };
  return {
    name: stdout.trim(),
    measure: (script, load) => measure({ program, env }, script, load),
    close: async () => {},
  };
}

interface Program {
  readonly program: string;
  readonly env: Readonly<Record<string, string>>;
}

async function measure(
  pgbench: Program,
  script: Script,
  { clients, milliseconds, transactions }: BaselineLoad,
): Promise<Sample> {
  const count = ["--client", String(clients), "--jobs", String(Math.min(2, clients))];
  if (transactions !== undefined) return runOnce(pgbench, script, [...count, "--transactions", String(transactions)]);
  for (let seconds = CONNECT_SECONDS + Math.ceil(milliseconds / 1_000); ; seconds *= 2) {
    const sample = await runOnce(pgbench, script, [...count, "--time", String(seconds)]);
    if (sample.milliseconds.length > 0) return sample;
    if (seconds > MAX_SECONDS) throw new Error(`pgbench did nothing in ${seconds} s`);
  }
}

async function runOnce({ program, env }: Program, script: Script, length: readonly string[]): Promise<Sample> {
  const directory = mkdtempSync(join(tmpdir(), "roombridge-pgbench-"));
  const file = join(directory, "script.sql");
  try {
    await writeFile(file, toPgbench(script));
    const { stdout } = await run(
      program,
      [
        ...["--no-vacuum", "--protocol", "prepared", "--file", file, "--define", "count=-1"],
        ...["--log", "--log-prefix", join(directory, "log"), ...length],
      ],
      { env },
    );
    const [, perSecond] = /tps = ([\d.]+) \(without initial connection time\)/.exec(stdout) ?? [];
    return { perSecond: Number(perSecond), milliseconds: await readLatencies(directory) };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Column three of pgbench's log is the time of a transaction in microseconds; each thread writes a file. */
async function readLatencies(directory: string): Promise<number[]> {
  const latencies: number[] = [];
  for (const name of readdirSync(directory).filter((entry) => entry.startsWith("log"))) {
    const log = await readFile(join(directory, name), "utf8");
    for (const line of log.split("\n")) if (line !== "") latencies.push(Number(line.split(" ")[2]) / 1_000);
  }
  return latencies;
}

function toPgbench({ draws, statements }: Script): string {
  const sets = Object.entries(draws).map(([name, draw]) =>
    draw === "count" ? `\\set ${name} :${name} + 1` : `\\set ${name} random(${draw.join(", ")})`,
  );
  const texts = statements.map(({ text, keeps = false }) => text.replaceAll(/\s+/g, " ") + (keeps ? " \\gset" : ";"));
  return [...sets, ...texts, ""].join("\n");
}
