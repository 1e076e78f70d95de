// Writes everything that is generated and committed: Thrift code, migrations, the OpenAPI document, the schema of the operator's file,
// the Helm chart.
// With --check it ends with 1, and the difference, if that changed any file of the checkout.
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = join(root, "node_modules", ".bin");

const GENERATORS = [
  ["node", "scripts/generate-thrift.mjs"],
  ["pnpm", "--filter", "@roombridge/models", "generate"],
  ["node", "apps/gateway/src/print-openapi.ts"],
  ["node", "packages/service/src/operator-file/print-schema.ts"],
  ["node", "scripts/generate-chart.mjs"],
];

const unknown = process.argv.slice(2).filter((argument) => argument !== "--check");
if (unknown.length > 0) {
  console.error(`usage: node scripts/generate.mjs [--check]; unknown: ${unknown.join(" ")}`);
  process.exit(2);
}
const isCheck = process.argv.includes("--check");

const before = isCheck ? snapshot() : undefined;
for (const [file, ...args] of GENERATORS) {
  console.log(`generate: ${file} ${args.join(" ")}`);
  const { status, error } = spawnSync(join(bin, file), args, {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, PATH: [bin, process.env.PATH].join(delimiter) },
  });
  if (status === 0) continue;
  console.error(`generate: ${file} ${args.join(" ")} failed${error ? `: ${error.message}` : ""}`);
  process.exit(1);
}
if (isCheck) demandUnchanged(before, snapshot());

function demandUnchanged(before, after) {
  if (before === after) {
    console.log("generate: all generated files are up to date");
    return;
  }
  console.error("generate: these files differ from what the generators write; run `npm run generate` and commit:");
  git(process.env, "diff", "--stat", "--patch", before, after)
    .stdout.split("\n")
    .forEach((line) => console.error(line));
  process.exitCode = 1;
}

/** Id of a git tree with every file as it is now, staged or not; the user's index is left alone. */
function snapshot() {
  const directory = mkdtempSync(join(tmpdir(), "roombridge-generate-"));
  try {
    const index = join(directory, "index");
    const current = resolve(root, git(process.env, "rev-parse", "--git-path", "index").stdout.trim());
    if (existsSync(current)) copyFileSync(current, index);
    const env = { ...process.env, GIT_INDEX_FILE: index };
    git(env, "add", "--all");
    return git(env, "write-tree").stdout.trim();
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function git(env, ...args) {
  const options = { cwd: root, encoding: "utf8", env, maxBuffer: 1 << 28 };
  const result = spawnSync("git", ["-c", "safe.directory=*", ...args], options);
  if (result.status === 0) return result;
  console.error(`generate: git ${args.join(" ")} failed: ${result.error?.message ?? result.stderr}`);
  process.exit(1);
}
