import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { REPOSITORY_ROOT } from "@roombridge/testing";
import type Docker from "dockerode";

const run = promisify(execFile);
export const GAME_IMAGE = "roombridge-test/game:1";
const ECHO_ROOM = join(REPOSITORY_ROOT, "examples/echo-room");

/** An image of the Node that runs the tests, `cat`, and the echo room in /app; made without any network. */
export async function importGameImage(
  docker: Docker,
  changes: readonly string[] = [],
  name = GAME_IMAGE,
): Promise<void> {
  const ws = dirname(createRequire(join(ECHO_ROOM, "package.json")).resolve("ws/package.json"));
  const programs = [process.execPath, "/bin/cat"];
  const libraries = (await Promise.all(programs.map(librariesOf))).flat();
  const tar = spawn(
    "tar",
    [
      ...["--create", "--dereference", "--absolute-names"],
      ...["--transform", `s,^${process.execPath}$,usr/bin/node,`],
      ...["--transform", `s,^${ECHO_ROOM}/,app/,`, "--transform", `s,^${ws},app/node_modules/ws,`],
      ...["--transform", "s,^/*,,"],
      ...programs,
      ...new Set(libraries),
      ...[join(ECHO_ROOM, "package.json"), join(ECHO_ROOM, "src"), ws],
    ],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const packed = once(tar, "exit");
  const [repo, tag] = name.split(":");
  const stream = await docker.importImage(tar.stdout, { repo, tag, changes: ["ENV PATH=/usr/bin:/bin", ...changes] });
  let answer = "";
  for await (const chunk of stream) answer += String(chunk);
  const [code] = await packed;
  // 1: a file has "changed", as those of pnpm do whenever another checkout links to them.
  if (!(code === 0 || code === 1) || answer.includes('"error"'))
    throw new Error(`the image could not be made: ${answer}`);
}

async function librariesOf(program: string): Promise<string[]> {
  const { stdout } = await run("ldd", [program]);
  return [...stdout.matchAll(/(\/\S+)\s\(0x/g)].map(([, path = ""]) => path);
}
