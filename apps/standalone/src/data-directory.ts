import { mkdirSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { join } from "node:path";
import { tryLock } from "@roombridge/embedded-postgres";
import { z } from "zod";
import { writePrivate } from "./write-private.ts";

/** The data directory, ours until we end: the operating system frees the lock of a killed start. */
export interface DataDirectory {
  /** Absolute, symbolic links resolved. */
  readonly path: string;
  /** The start before this one did not end in order: some of its parts may still be on their way out. */
  readonly wasKilled: boolean;
  /** Lets a second start tell where we are. */
  announce(gateway: string): void;
  /** Gives the directory back after an orderly end. */
  release(): void;
}

const Start = z.object({ pid: z.number(), gateway: z.string().optional() });

/**
 * Takes the data directory, made with mode 0700 when missing.
 * @throws Error in a plain sentence when another start holds it.
 */
export function openDataDirectory(wanted: string): DataDirectory {
  mkdirSync(wanted, { recursive: true, mode: 0o700 });
  const path = realpathSync(wanted);
  const file = join(path, "start.json");
  const release = tryLock(join(path, "start.lock"));
  if (release === undefined) throw new Error(alreadyRuns(path, readStart(file)));
  const wasKilled = readStart(file) !== undefined;
  const announce = (start: z.input<typeof Start>): void => writePrivate(file, `${JSON.stringify(start)}\n`);
  announce({ pid: process.pid });
  return {
    path,
    wasKilled,
    announce: (gateway) => announce({ pid: process.pid, gateway }),
    release: () => {
      rmSync(file, { force: true });
      release();
    },
  };
}

/** The gateway of the `npm start` that runs on this directory; undefined when none does. */
export function gatewayOf(dataDir: string): string | undefined {
  return readStart(join(dataDir, "start.json"))?.gateway;
}

function readStart(file: string): z.output<typeof Start> | undefined {
  try {
    return Start.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return undefined;
  }
}

function alreadyRuns(path: string, start: z.output<typeof Start> | undefined): string {
  if (start === undefined) return `Roombridge is being started on ${path} at this moment.`;
  const where = start.gateway === undefined ? "not ready yet" : `gateway ${start.gateway}`;
  return `Roombridge runs on ${path} already (pid ${start.pid}, ${where}). Stop it with: kill ${start.pid}; or give a second one its own ROOMBRIDGE_DATA_DIR and ports.`;
}
