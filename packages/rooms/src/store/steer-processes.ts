import type { Region } from "@roombridge/models/api";
import type { Database } from "./database.ts";
import { repeatLost } from "./repeat-lost.ts";
import { retryConflicts } from "./retry-conflicts.ts";
import { tracedValue } from "./traced-value.ts";

export interface CreateProcessRow {
  readonly outcome: "created" | "no_deployment" | "full" | "no_host" | "pool_stopped" | "quota";
  readonly retryAfterSeconds: number | null;
}

/** Inserts a process without a room under the id that the caller chose; it is there once, however often this is called. */
export async function insertProcess(
  database: Database,
  process: { readonly appId: string; readonly region: Region; readonly processId: string },
): Promise<CreateProcessRow> {
  const { sql } = database;
  const [row] = await repeatLost(() =>
    retryConflicts(
      () => sql<CreateProcessRow[]>`
        select outcome, retry_after_seconds as "retryAfterSeconds"
          from create_process(${tracedValue(database, process.appId)}, ${process.region}, ${process.processId})`,
    ),
  );
  if (!row) throw new Error("create_process answers one row");
  return row;
}

/** Destroys the rooms of a process and asks for its end; false when the application has no such process. */
export async function stopProcessById({ sql }: Database, appId: string, processId: string): Promise<boolean> {
  const [row] = await retryConflicts(
    () => sql<{ done: boolean }[]>`select stop_process(${appId}, ${processId}) as done`,
  );
  return row?.done ?? false;
}
