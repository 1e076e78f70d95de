import { join } from "node:path";
import type { LocatedOperatorFile } from "@roombridge/service";
import { DEMO_COMMAND } from "./demo.ts";
import { mainOf, REPOSITORY_ROOT } from "./repository.ts";
import { writePrivate } from "./write-private.ts";

/**
 * Writes the configuration of the host, `roombridge.json` in the data directory, and answers its path: what of the operator's
 * file is for hosts, if there is one, and the command of the demo deployment unless that file defines it.
 */
export function writeHostConfig(dataDir: string, operator: LocatedOperatorFile | undefined): string {
  const demo = { argv: [process.execPath, mainOf("examples/echo-room")], cwd: REPOSITORY_ROOT };
  const commands = { [DEMO_COMMAND]: demo, ...operator?.commands };
  const file = join(dataDir, "roombridge.json");
  writePrivate(file, `${JSON.stringify({ commands, docker: operator?.docker }, undefined, 2)}\n`);
  return file;
}
