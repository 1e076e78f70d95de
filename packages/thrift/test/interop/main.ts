// `pnpm test:interop [--all] [--record] [peer …]`: foreign libraries against our server and under our client. Without
// names those that .ci/run tries; --record writes what was heard into `golden/`; --packages only names Debian's packages.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { PEERS } from "./peers.ts";
import { missingPackages, packagesOf } from "./workshop.ts";

const EVERY_DAY = ["python", "cpp", "npm", "thriftrw"];
const OPTIONS = ["--all", "--record", "--packages"];

const args = process.argv.slice(2);
const names = args.filter((argument) => !argument.startsWith("--"));
const unknown = args.filter((argument) => !OPTIONS.includes(argument) && !PEERS.some(({ name }) => name === argument));
if (unknown.length > 0) {
  console.error(`unknown: ${unknown.join(" ")}`);
  console.error(
    `usage: pnpm test:interop [--all] [--record] [--packages] [${PEERS.map(({ name }) => name).join(" | ")} …]`,
  );
  process.exit(2);
}

const wanted = args.includes("--all") ? PEERS.map(({ name }) => name) : names.length > 0 ? names : EVERY_DAY;
const peers = PEERS.filter(({ name }) => wanted.includes(name));
if (args.includes("--packages")) {
  console.log(packagesOf(peers).join(" "));
  process.exit(0);
}

const present = peers.filter((peer) => missingPackages([peer]).length === 0);
const missing = missingPackages(peers);
if (missing.length > 0) {
  const lost = peers.filter((peer) => !present.includes(peer)).map(({ name }) => name);
  console.error(
    `NOT TRIED: ${lost.join(", ")}. On Debian: apt-get install --no-install-recommends ${missing.join(" ")}`,
  );
  if (process.env["CI"] === "true" || present.length === 0) process.exit(1);
}

const require = createRequire(import.meta.url);
const vitest = join(dirname(require.resolve("vitest/package.json")), "vitest.mjs");
const child = spawn(
  process.execPath,
  [vitest, "run", "--config", fileURLToPath(new URL("vitest.config.ts", import.meta.url)), "--reporter", "tree"],
  {
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
    stdio: "inherit",
    env: {
      ...process.env,
      INTEROP_PEERS: present.map(({ name }) => name).join(","),
      INTEROP_RECORD: args.includes("--record") ? "1" : "",
    },
  },
);
const [code] = (await once(child, "exit")) as [number | null];
process.exit(code ?? 1);
