import { type EmbeddedPostgres, startEmbeddedPostgres } from "@roombridge/embedded-postgres";
import { sendSignal } from "./send-signal.ts";
import type { Part, RunningPart } from "./supervisor.ts";

export interface RunningDatabase extends RunningPart {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  readonly reused: boolean;
}

/** The embedded PostgreSQL. A later start takes the port of the first one: everybody is connected to it. */
export function databasePart(options: {
  readonly dataDir: string;
  readonly port: number;
  readonly log: (line: string) => void;
}): Part<RunningDatabase> {
  let { port } = options;
  return {
    name: "database",
    start: async (signal) => {
      signal.throwIfAborted();
      const server = await startEmbeddedPostgres({ ...options, port });
      ({ port } = server);
      return describe(server);
    },
  };
}

function describe(server: EmbeddedPostgres): RunningDatabase {
  return {
    url: server.url,
    port: server.port,
    pid: server.pid,
    reused: server.reused,
    exited: server.exited.then(({ code, signal }) => signal ?? (code === null ? "gone" : `exit code ${code}`)),
    stop: () => server.stop(),
    // Immediate shutdown: the next start recovers. SIGKILL would leave its children behind.
    kill: () => sendSignal(server.pid, "SIGQUIT"),
  };
}
