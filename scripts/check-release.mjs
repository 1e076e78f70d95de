// What the next release would be: runs `changeset version` in a copy and checks versions, changelogs and the ranges between
// the packages as they would be published. The checkout stays as it is.
// Prints each package with its version; ends with 1, and all problems, if something is wrong.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const BUMPS = ["patch", "minor", "major"];

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = join(root, "node_modules", ".bin");
const copy = mkdtempSync(join(tmpdir(), "roombridge-release-"));
process.on("exit", () => rmSync(copy, { recursive: true, force: true }));

const files = listFiles();
const treeBefore = fingerprint(files);
for (const file of files.filter(isNeeded)) cpSync(join(root, file), join(copy, file), { recursive: true });
symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));

const changesets = files.filter((file) => /^\.changeset\/(?!README\.md$)[^/]+\.md$/.test(file)).map(readChangeset);
const before = readPackages();
run("changeset", ["version"], copy);
const after = readPackages();

const published = [...after.values()].filter((manifest) => !manifest.private).map(({ name }) => name);
const problems = [
  ...changesets.flatMap(namesUnpublished),
  ...leftOver(),
  ...published.flatMap(wrongVersion),
  ...published.flatMap(wrongChangelog),
  ...[...after.values()].flatMap(changedPrivate),
  ...published.flatMap(wrongRanges),
  ...(fingerprint(listFiles()) === treeBefore ? [] : ["the checkout was changed"]),
];
for (const name of published) console.log(`${name} ${before.get(name).version} -> ${after.get(name).version}`);
for (const problem of problems) console.error(`check-release: ${problem}`);
if (problems.length === 0) console.log(`check-release: ${changesets.length} changesets, nothing wrong`);
process.exitCode = problems.length === 0 ? 0 : 1;

/** Tracked and new files that are not ignored and were not deleted. */
function listFiles() {
  const list = run(
    "git",
    ["-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
    root,
  );
  return [...new Set(list.split("\0"))].filter((file) => file !== "" && existsSync(join(root, file)));
}

function isNeeded(file) {
  const name = basename(file);
  return file.startsWith(".changeset/") || ["package.json", "pnpm-workspace.yaml", "CHANGELOG.md"].includes(name);
}

function fingerprint(list) {
  const hash = createHash("sha256");
  for (const file of list) hash.update(`${file}\0`).update(readFileSync(join(root, file)));
  return hash.digest("hex");
}

/** `bumps` by package, and the text that the changelogs must have. */
function readChangeset(file) {
  const [, head, text] = /^---\n([\s\S]*?)\n?---\n([\s\S]*)$/.exec(readFileSync(join(root, file), "utf8")) ?? [];
  if (head === undefined) fail(`${file}: expected packages between two lines of ---, then the text`);
  const bumps = [...head.matchAll(/^["']?([^"'\n]+)["']?: *["']?(\w+)["']?$/gm)].map(([, name, bump]) => [name, bump]);
  return { file, bumps: new Map(bumps), text: withoutLayout(text) };
}

/** changesets formats the changelog: it breaks the lines of an example and puts commas at their ends. */
function withoutLayout(text) {
  return text.replaceAll(/[\s,]+/g, "");
}

/** Manifests of all packages of the copy by name, each with its folder. */
function readPackages() {
  const folders = ["packages", "apps"].flatMap((group) =>
    readdirSync(join(copy, group)).map((name) => join(copy, group, name)),
  );
  const manifests = folders.map((folder) => ({ ...readJson(join(folder, "package.json")), folder }));
  return new Map(manifests.map((manifest) => [manifest.name, manifest]));
}

function readJson(file) {
  return JSON.parse(readFileSync(file, "utf8"));
}

function namesUnpublished({ file, bumps }) {
  return [...bumps.keys()]
    .filter((name) => !published.includes(name))
    .map((name) => `${file}: ${name} is not published`);
}

function leftOver() {
  const kept = readdirSync(join(copy, ".changeset")).filter((name) => name.endsWith(".md") && name !== "README.md");
  return kept.map((name) => `.changeset/${name} was not used`);
}

function wrongVersion(name) {
  const [from, to] = [before.get(name).version, after.get(name).version];
  if (to === "0.0.0") return [`${name} would be published as 0.0.0`];
  const bump = Math.max(...changesets.map(({ bumps }) => BUMPS.indexOf(bumps.get(name))), -1);
  const expected = bump === -1 ? [from, increased(from, "patch")] : [increased(from, BUMPS[bump])];
  return expected.includes(to) ? [] : [`${name} goes from ${from} to ${to}, expected ${expected.join(" or ")}`];
}

function increased(version, bump) {
  const [major, minor, patch] = version.split(".").map(Number);
  return { major: `${major + 1}.0.0`, minor: `${major}.${minor + 1}.0`, patch: `${major}.${minor}.${patch + 1}` }[bump];
}

function wrongChangelog(name) {
  const { folder, version } = after.get(name);
  const file = join(folder, "CHANGELOG.md");
  if (!existsSync(file)) return [`${name} has no CHANGELOG.md`];
  const section = readFileSync(file, "utf8")
    .split(/^## /m)
    .find((part) => part.startsWith(`${version}\n`));
  if (section === undefined) return [`the CHANGELOG.md of ${name} does not have ${version}`];
  return changesets
    .filter(({ bumps, text }) => bumps.has(name) && !withoutLayout(section).includes(text))
    .map((changeset) => `the CHANGELOG.md of ${name} lacks the text of ${changeset.file}`);
}

function changedPrivate({ name, version, ...manifest }) {
  return manifest.private && version !== before.get(name).version ? [`${name} is private, but got ${version}`] : [];
}

/** Packs the package, because the ranges between ours are written only then. */
function wrongRanges(name) {
  const { folder, dependencies = {} } = after.get(name);
  const ours = Object.keys(dependencies).filter((dependency) => after.has(dependency));
  for (const dependency of ours) {
    const link = join(folder, "node_modules", dependency);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(after.get(dependency).folder, link);
  }
  run("pnpm", ["pack", "--pack-destination", folder], folder);
  const tarball = readdirSync(folder).find((file) => file.endsWith(".tgz"));
  const packed = JSON.parse(run("tar", ["-xzOf", join(folder, tarball), "package/package.json"], folder));
  return ours
    .filter((dependency) => packed.dependencies[dependency] !== after.get(dependency).version)
    .map((dependency) => `${name} would depend on ${dependency} ${packed.dependencies[dependency]}`);
}

function run(file, args, cwd) {
  const env = { ...process.env, PATH: [bin, process.env.PATH].join(delimiter) };
  const { status, stdout, stderr, error } = spawnSync(file, args, { cwd, env, encoding: "utf8", maxBuffer: 1 << 28 });
  if (status !== 0) fail(`${file} ${args.join(" ")} failed: ${error?.message ?? stdout + stderr}`);
  return stdout;
}

function fail(message) {
  console.error(`check-release: ${message}`);
  process.exit(1);
}
