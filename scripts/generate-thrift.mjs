// Writes the TypeScript of our IDL files: Apache's compiler parses them (thrift --gen json), packages/thrift generates.
// With --check it compares instead, and ends with 1 when a committed file differs.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { deriveIdl } from "../packages/thrift/test/interop/derive-idl.ts";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const generator = join(root, "packages/thrift/src/generator/main.ts");

const TARGETS = [
  { idl: "idl/room.thrift", out: "packages/models/src/thrift/room.ts" },
  // The runtime's own tests must not import models, which stand on it.
  { idl: "idl/room.thrift", out: "packages/thrift/test/room.ts", runtime: "../src/index.ts" },
  { idl: "packages/thrift/test/every.thrift", out: "packages/thrift/test/every.ts", runtime: "../src/index.ts" },
  // Derived for the foreign peers.
  {
    idl: "idl/room.thrift",
    text: deriveIdl(),
    out: "packages/thrift/test/interop/gen/room.ts",
    runtime: "../../../src/index.ts",
  },
  ...["shared.thrift", "types.thrift", "names.thrift", "uuid.json"].map((file) => ({
    idl: `packages/thrift/test/${file}`,
    out: `packages/thrift/test/gen/${basename(file, extname(file))}.ts`,
    runtime: "../../src/index.ts",
  })),
];

/** Apache's own code for npm's thrift, the peer that the end-to-end tests call with. */
const NPM_DIRECTORY = "e2e/gen";
const NPM_FILES = ["RoomService.js", "room_types.js"];

const unknown = process.argv.slice(2).filter((argument) => argument !== "--check");
if (unknown.length > 0) fail(`usage: node scripts/generate-thrift.mjs [--check]; unknown: ${unknown.join(" ")}`, 2);
const isCheck = process.argv.includes("--check");

requireCompiler();
const directory = mkdtempSync(join(tmpdir(), "roombridge-thrift-"));
process.on("exit", () => rmSync(directory, { recursive: true, force: true }));

const npmCode = generateForNpm();
const written = [
  ...TARGETS.map((target) => ({ out: target.out, code: generate(target) })),
  ...NPM_FILES.map((file) => ({ out: `${NPM_DIRECTORY}/${file}`, code: npmCode.get(file) })),
];
const differing = written.filter((target) => !settle(target)).map(({ out }) => out);
if (differing.length > 0) {
  console.error(`generate-thrift: not what the generator writes: ${differing.join(", ")}`);
  fail("run `node scripts/generate-thrift.mjs`, read `git diff`, and commit the result");
}

/** Writes one target, or compares it; false when it differs. */
function settle({ out, code }) {
  const path = join(root, out);
  if (!isCheck) writeFileSync(path, code);
  const isSame = readFileSync(path, "utf8") === code;
  console.log(`generate-thrift: ${out} ${isCheck ? (isSame ? "is up to date" : "DIFFERS") : "written"}`);
  return isSame;
}

function generate({ idl, text, runtime }) {
  const name = basename(idl, extname(idl));
  const out = join(directory, `${name}.ts`);
  // JSON is what a newer compiler would print for what this one does not know.
  const isJson = extname(idl) === ".json";
  const json = isJson ? join(root, idl) : join(directory, `${name}.json`);
  const source = text === undefined ? join(root, idl) : join(directory, basename(idl));
  if (text !== undefined) writeFileSync(source, text);
  if (!isJson) run("thrift", ["-r", "--gen", "json", "-out", directory, source]);
  run(process.execPath, [generator, "--json", json, "--out", out, ...(runtime ? ["--runtime", runtime] : [])]);
  // The width of a line is the repository's; its ignore list is not wanted here.
  const config = join(directory, "oxfmt.json");
  const { printWidth } = readJson(join(root, ".oxfmtrc.json")) ?? { printWidth: 120 };
  writeFileSync(config, JSON.stringify({ printWidth }));
  run(join(root, "node_modules/.bin/oxfmt"), ["--config", config, "--write", out]);
  return readFileSync(out, "utf8");
}

function generateForNpm() {
  run("thrift", ["--gen", "js:node,es6", "-out", directory, join(root, "idl/room.thrift")]);
  return new Map(NPM_FILES.map((file) => [file, readFileSync(join(directory, file), "utf8")]));
}

function requireCompiler() {
  const { status, stdout } = spawnSync("thrift", ["--version"], { encoding: "utf8" });
  const version = /(\d+)\.(\d+)/.exec(status === 0 ? stdout : "");
  if (!version) fail("Apache's Thrift compiler is missing; on Debian: apt-get install thrift-compiler (0.17 or newer)");
  const [, major, minor] = version.map(Number);
  if (major === 0 && minor < 17) fail(`the Thrift compiler is ${major}.${minor}; 0.17 or newer is needed`);
}

function run(file, args) {
  const { status, stdout, stderr, error } = spawnSync(file, args, { cwd: root, encoding: "utf8" });
  if (status !== 0) fail(`${basename(file)} ${args.join(" ")} failed: ${error?.message ?? `${stdout}${stderr}`}`);
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw error;
  }
}

function fail(message, code = 1) {
  console.error(`generate-thrift: ${message}`);
  process.exit(code);
}
