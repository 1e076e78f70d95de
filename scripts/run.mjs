// Entry of `npm start`, `npm test` and the other root scripts. Runs on the machine's own Node 20+, installs what is
// missing with the pinned pnpm, then hands over to the pinned Node from node_modules/.bin.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { isatty } from "node:tty";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, "node_modules");
const bin = join(modules, ".bin");
const stampFile = join(modules, ".roombridge-installed");
const lockFile = join(modules, ".roombridge-installing");

/** Variables of a file `.env` in the root, where the environment itself does not have them. */
const dotenv = existsSync(join(root, ".env")) ? ["--env-file=.env"] : [];
const STEPS = {
  start: [["node", ...dotenv, "apps/standalone/src/main.ts"]],
  dev: [["node", ...dotenv, "--watch", "--watch-preserve-output", "apps/standalone/src/main.ts"]],
  roombridge: [["node", ...dotenv, "apps/standalone/src/cli.ts"]],
  test: [["turbo", "run", "test", "--ui=stream", "--log-order=grouped", "--continue", "--concurrency=5"]],
  "test:interop": [["node", "packages/thrift/test/interop/main.ts"]],
  check: [
    ["oxfmt", "--check", "."],
    ["oxlint", "--type-aware"],
    ["turbo", "run", "typecheck", "--ui=stream", "--output-logs=errors-only"],
    ["turbo", "boundaries"],
    ["knip", "--no-config-hints"],
    ["node", "scripts/check-docs.mjs"],
    ["node", "scripts/check-docker.mjs"],
    ["node", "scripts/check-kubernetes.mjs"],
  ],
  generate: [["node", "scripts/generate.mjs"]],
  build: [["turbo", "run", "build", "--ui=stream"]],
  format: [["oxfmt", "--write", "."]],
  bench: [["node", "bench/main.ts"]],
  changeset: [["changeset"]],
};

const [command, ...rest] = process.argv.slice(2);
if (!Object.hasOwn(STEPS, command ?? "")) {
  console.error(`usage: node scripts/run.mjs ${Object.keys(STEPS).join(" | ")} [arguments]`);
  process.exit(2);
}
const [major = 0] = process.versions.node.split(".").map(Number);
if (major < 20) {
  console.error(`Roombridge needs Node 20 or newer to install itself; this is ${process.version}.`);
  process.exit(1);
}

installWhenStale();

const env = {
  ...process.env,
  PATH: [bin, process.env.PATH].join(delimiter),
  // Spares every start after the first the compilation of what has not changed.
  NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(modules, ".cache", "compile"),
  TURBO_TELEMETRY_DISABLED: "1",
  DO_NOT_TRACK: "1",
  TURBO_NO_UPDATE_NOTIFIER: "1",
};
const hasTerminal = [0, 1, 2].some((descriptor) => isatty(descriptor));
const steps = STEPS[command];
for (const [index, step] of steps.entries()) {
  const code = await run(index === steps.length - 1 ? [...step, ...rest] : step);
  if (code !== 0) process.exit(code);
}

/** The stamp holds what was installed. Comparing times instead would reinstall at every start after some checkouts. */
function installWhenStale() {
  const wanted = fingerprint();
  if (isInstalled(wanted)) return;
  try {
    mkdirSync(modules, { recursive: true });
    takeLock();
  } catch (error) {
    console.error(`roombridge: dependencies must be installed, but ${modules} cannot be written: ${error.message}`);
    process.exit(1);
  }
  // Whoever held the lock may have done the work meanwhile.
  const status = isInstalled(wanted) ? 0 : install();
  if (status === 0) writeFileSync(stampFile, wanted);
  rmSync(lockFile, { force: true });
  if (status === 0) return;
  console.error("roombridge: the installation failed; the lines above say why. Nothing was started.");
  process.exit(status);
}

function fingerprint() {
  const hash = createHash("sha256").update(`${process.platform} ${process.arch}`);
  for (const file of ["pnpm-lock.yaml", "pnpm-workspace.yaml"]) hash.update(readFileSync(join(root, file)));
  return hash.digest("hex");
}

function isInstalled(wanted) {
  return existsSync(join(bin, "node")) && existsSync(stampFile) && readFileSync(stampFile, "utf8") === wanted;
}

function install() {
  const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  console.error(`roombridge: installing dependencies with ${packageManager} (once per lockfile) …`);
  rmSync(stampFile, { force: true });
  // No terminal: pnpm must not ask whether it may replace a node_modules that another version made.
  const flags = ["--frozen-lockfile", "--reporter=append-only", "--config.confirm-modules-purge=false"];
  const { status, error } = spawnSync("npx", ["--yes", packageManager, "install", ...flags], {
    cwd: root,
    stdio: ["ignore", 2, 2],
    shell: process.platform === "win32",
  });
  if (error) console.error(`roombridge: npx could not be started: ${error.message}`);
  return status ?? 1;
}

/** Two commands started at once in a fresh clone must not install into each other's feet; a dead holder is passed over. */
function takeLock() {
  for (let waits = 0; ; waits += 1) {
    try {
      writeFileSync(lockFile, String(process.pid), { flag: "wx" });
      return;
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
    }
    if (isLockHeld()) {
      if (waits === 0) console.error("roombridge: another command is installing the dependencies; waiting for it …");
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
    } else {
      rmSync(lockFile, { force: true });
    }
  }
}

/** Older than a quarter of an hour: its process id may belong to somebody else by now. */
function isLockHeld() {
  try {
    if (Date.now() - statSync(lockFile).mtimeMs > 15 * 60_000) return false;
    const holder = Number(readFileSync(lockFile, "utf8"));
    // Between its creation and its first byte the file is empty.
    if (holder === 0) return true;
    process.kill(holder, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

function ignore() {}

/** Runs one step in the foreground and hands on its signals; resolves to its exit code. */
function run([file, ...args]) {
  return new Promise((resolve) => {
    const child = spawn(join(bin, file), args, { cwd: root, stdio: "inherit", env });
    const forward = (signal) => child.kill(signal);
    // Ctrl-C reaches the whole foreground group from the terminal; a second copy would look like "twice = now".
    process.on("SIGINT", hasTerminal ? ignore : forward);
    process.on("SIGTERM", forward);
    process.on("SIGHUP", forward);
    child.on("error", (error) => {
      console.error(`roombridge: ${file} could not be started: ${error.message}`);
      resolve(127);
    });
    child.on("exit", (code, signal) => {
      process.off("SIGINT", forward);
      process.off("SIGTERM", forward);
      process.off("SIGHUP", forward);
      resolve(code ?? 128 + constants.signals[signal]);
    });
  });
}
