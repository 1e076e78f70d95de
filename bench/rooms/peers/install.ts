import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { REPOSITORY_ROOT } from "@roombridge/testing";

const run = promisify(execFile);
/** Not git's business, and kept from run to run. */
const FOLDER = join(REPOSITORY_ROOT, "node_modules/.cache/bench-rooms-peers");
/** Exact, so that two runs measure the same. */
const VERSIONS = {
  "@colyseus/core": "0.18.17",
  "@colyseus/ws-transport": "0.18.4",
  "@colyseus/schema": "5.0.8",
  "boardgame.io": "0.50.2",
  "bgio-postgres": "1.0.16",
};
/** boardgame.io adds its routes after it has composed the middleware, which 4.2.0 copies: every answer would be 404. */
const OVERRIDES = { "koa-compose": "4.1.0" };
const MANIFEST = JSON.stringify({ private: true, dependencies: VERSIONS, overrides: OVERRIDES });
/** What was installed, written when it was whole. */
const DONE = join(FOLDER, "installed.json");

/**
 * The folder in which the other room servers are installed: by npm, without their scripts, unless it has just these. Rejects when
 * it cannot.
 */
export async function installPeers(): Promise<string> {
  const installed = await readFile(DONE, "utf8").catch(() => "");
  if (installed === MANIFEST) return FOLDER;
  await mkdir(FOLDER, { recursive: true });
  await writeFile(join(FOLDER, "package.json"), MANIFEST);
  process.stderr.write(`installing ${Object.keys(VERSIONS).join(", ")} into ${FOLDER}\n`);
  await run("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], { cwd: FOLDER });
  await writeFile(DONE, MANIFEST);
  return FOLDER;
}
