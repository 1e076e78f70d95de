import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** A server that is measured; started with its port as first argument. */
export interface Candidate {
  readonly name: string;
  readonly version: string;
  /** `$port` stands for the port. */
  readonly command: readonly string[];
  readonly folder: string;
  /** Whether it sends calls back instead of answers. */
  readonly isEcho: boolean;
}

export interface Candidates {
  readonly present: readonly Candidate[];
  /** Who is not measured, and why. */
  readonly absent: readonly string[];
}

type Recipe = (folder: string) => readonly Candidate[];

const file = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const require = createRequire(import.meta.url);
const node = (
  name: string,
  version: string,
  folder: string,
  source: string,
  ...args: readonly string[]
): Candidate => ({
  name,
  version,
  command: [process.execPath, file(`servers/${source}`), "$port", ...args],
  folder,
  isEcho: source === "echo.ts",
});

/** Builds what this machine can build, in a folder below `directory` for each. */
export function prepareCandidates(directory: string): Candidates {
  const own = [
    node("raw net echo", process.version, directory, "echo.ts"),
    node("ours, sync handler", process.version, directory, "ours.ts", "sync"),
    node("ours, async handler", process.version, directory, "ours.ts", "async"),
    node("ours, sync handler, metered", process.version, directory, "ours.ts", "metered"),
  ];
  const present: Candidate[] = [];
  const absent: string[] = [];
  for (const [name, recipe] of Object.entries({ "npm thrift": npm, "C++": cpp, Go: go } satisfies Record<
    string,
    Recipe
  >)) {
    try {
      const folder = join(directory, name.replaceAll(/\W/g, "_"));
      mkdirSync(join(folder, "gen"), { recursive: true });
      present.push(...recipe(folder));
    } catch (error) {
      absent.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { present: [...own, ...present], absent };
}

function npm(folder: string): readonly Candidate[] {
  generate(folder, "js:node,es6");
  const library = dirname(require.resolve("thrift/package.json"));
  run(folder, `echo '{ "type": "commonjs" }' >gen/package.json; ln -s "$1" node_modules`, dirname(library));
  const { version } = require("thrift/package.json") as { version: string };
  return [node("npm thrift", version, folder, "npm.ts")];
}

function cpp(folder: string): readonly Candidate[] {
  generate(folder, "cpp:no_skeleton");
  const source = file("servers/cpp.cpp");
  run(folder, 'g++ -std=c++17 -O2 -w -I. -Igen -o server "$1" -lthriftnb -lthrift -levent -lpthread', source);
  const version = installed("libthrift-dev");
  return ["threaded", "nonblocking"].map((kind) => ({
    name: `C++, ${kind}`,
    version,
    command: ["./server", "$port", kind],
    folder,
    isEcho: false,
  }));
}

function go(folder: string): readonly Candidate[] {
  generate(folder, "go");
  run(
    folder,
    `rm -r gen/room/*-remote; mkdir -p go/src; mv gen/room go/src/
     GO111MODULE=off GOFLAGS= GOCACHE="$PWD/go/cache" GOPATH="$PWD/go:/usr/share/gocode" go build -o server "$1"`,
    file("servers/go.go"),
  );
  const version = installed("golang-thrift-dev");
  return [{ name: "Go, simple server", version, command: ["./server", "$port"], folder, isEcho: false }];
}

function generate(folder: string, language: string): void {
  run(folder, 'thrift --gen "$1" -out gen "$2"', language, file("../../idl/room.thrift"));
}

/** Throws with the first line of what the script complained about. */
function run(folder: string, script: string, ...args: readonly string[]): void {
  const { status, stderr } = spawnSync("sh", ["-ec", script, "sh", ...args], { cwd: folder, encoding: "utf8" });
  if (status !== 0) throw new Error(stderr.trim().split("\n")[0] ?? "failed");
}

function installed(name: string): string {
  return spawnSync("dpkg-query", ["-W", "-f", "${Version}", name], { encoding: "utf8" }).stdout ?? "unknown version";
}
