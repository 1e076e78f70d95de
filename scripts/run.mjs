// Entry of `npm start`, `npm test` and the other root scripts. Runs on the machine's own Node 20+, installs what is
// missing with the pinned pnpm, then hands over to the pinned Node from node_modules/.bin.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = join(root, "node_modules", ".bin");

const STEPS = {
  start: [["node", "apps/standalone/src/main.ts"]],
  dev: [["node", "--watch", "--watch-preserve-output", "apps/standalone/src/main.ts"]],
  test: [["turbo", "run", "test", "--ui=stream", "--log-order=grouped", "--continue"]],
  check: [
    ["oxfmt", "--check", "."],
    ["oxlint", "--type-aware"],
    ["turbo", "run", "typecheck", "--ui=stream", "--output-logs=errors-only"],
    ["turbo", "boundaries"],
    ["knip"],
    ["node", "scripts/check-docs.mjs"],
  ],
  generate: [["node", "scripts/generate.mjs"]],
  build: [["turbo", "run", "build", "--ui=stream"]],
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
  TURBO_TELEMETRY_DISABLED: "1",
  DO_NOT_TRACK: "1",
  NODE_DISABLE_COMPILE_CACHE: process.env.NODE_DISABLE_COMPILE_CACHE ?? "",
};
const steps = STEPS[command];
for (const [index, step] of steps.entries()) {
  const code = await run(index === steps.length - 1 ? [...step, ...rest] : step);
  if (code !== 0) process.exit(code);
}

/** pnpm writes node_modules/.modules.yaml last; a lockfile newer than it means that an install is due. */
function installWhenStale() {
  const lockfile = join(root, "pnpm-lock.yaml");
  const installed = join(root, "node_modules", ".modules.yaml");
  const stale = !existsSync(installed) || statSync(lockfile).mtimeMs > statSync(installed).mtimeMs;
  if (!stale && existsSync(join(bin, "node"))) return;
  const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  console.error(`roombridge: installing dependencies with ${packageManager} (once per lockfile) …`);
  const install = spawnSync("npx", ["--yes", packageManager, "install", "--frozen-lockfile", "--reporter=append-only"], {
    cwd: root,
    stdio: ["ignore", 2, 2],
    shell: process.platform === "win32",
  });
  if (install.status === 0) return;
  console.error("roombridge: the installation failed; the lines above say why. Nothing was started.");
  process.exit(install.status ?? 1);
}

/** Runs one step in the foreground and hands on its signals; resolves to its exit code. */
function run([file, ...args]) {
  return new Promise((resolve) => {
    const child = spawn(join(bin, file), args, { cwd: root, stdio: "inherit", env });
    const forward = (signal) => child.kill(signal);
    // Ctrl-C reaches the whole foreground group from the terminal; a second copy would look like "twice = now".
    process.on("SIGINT", () => {});
    process.on("SIGTERM", forward);
    process.on("SIGHUP", forward);
    child.on("error", (error) => {
      console.error(`roombridge: ${file} could not be started: ${error.message}`);
      resolve(127);
    });
    child.on("exit", (code, signal) => {
      process.off("SIGTERM", forward);
      process.off("SIGHUP", forward);
      resolve(code ?? (signal ? 128 : 1));
    });
  });
}
