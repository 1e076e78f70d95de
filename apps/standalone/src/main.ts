import { createLog } from "@roombridge/service";
import { type Addresses, bringUp } from "./bring-up.ts";
import { openDataDirectory } from "./data-directory.ts";
import { parseStartEnv, PROCESS_VARIABLES } from "./env.ts";
import { explainError } from "./explain-error.ts";
import { STOP_STEPS } from "./parts.ts";
import { Supervisor } from "./supervisor.ts";

/** npm, its shell and the terminal may each hand on the same signal; only a later one means "at once". */
const SAME_SIGNAL_MS = 1_000;

const env = orExplain("The environment has problems:\n", () => parseStartEnv(PROCESS_VARIABLES));
const directory = orExplain("", () => openDataDirectory(env.ROOMBRIDGE_DATA_DIR));
const log = createLog({ name: "roombridge", level: env.LOG_LEVEL, format: env.LOG_FORMAT });
const supervisor = new Supervisor(log);

let stopBegan: number | undefined;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => onSignal(signal));
// A terminal that was closed can no longer be written to, and must not keep us from stopping in order.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
process.on("uncaughtException", (error) => {
  log.fatal({ err: error }, "uncaught exception");
  void stop("an error of our own", 1);
});

try {
  const addresses = await bringUp({ env, variables: PROCESS_VARIABLES, directory, supervisor, log });
  if (stopBegan === undefined) {
    directory.announce(addresses.gateway);
    process.stdout.write(`${readyLine(addresses)}\n`);
  }
} catch (error) {
  if (stopBegan === undefined) {
    process.stderr.write(`Roombridge could not be started: ${explainError(error)}\n`);
    await stop("the start failed", 1);
  }
}

function onSignal(signal: NodeJS.Signals): void {
  if (stopBegan === undefined) void stop(signal, 0);
  else if (performance.now() - stopBegan > SAME_SIGNAL_MS) void stopAtOnce(signal);
}

async function stop(reason: string, exitCode: number): Promise<void> {
  if (stopBegan !== undefined) return;
  stopBegan = performance.now();
  log.info({ reason }, "stopping");
  const isClean = await supervisor.stop(STOP_STEPS);
  log.info("stopped");
  directory.release();
  process.exit(isClean ? exitCode : 1);
}

async function stopAtOnce(signal: NodeJS.Signals): Promise<void> {
  log.warn(`${signal} while stopping: everything is killed`);
  await supervisor.kill();
  process.exit(1);
}

function readyLine({ gateway, rtc, turn, appId, tokenFile, databaseUrlFile }: Addresses): string {
  const relay = turn === undefined ? [] : [`turn=${turn}`];
  const files = [`token-file=${tokenFile}`, `database-url-file=${databaseUrlFile}`];
  return ["roombridge ready", `gateway=${gateway}`, `rtc=${rtc}`, ...relay, `app=${appId}`, ...files].join(" ");
}

function orExplain<T>(heading: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    process.stderr.write(`${heading}${explainError(error)}\n`);
    process.exit(1);
  }
}
