import type { Database } from "@roombridge/rooms";

/** One thing that the operator's file says and the database does not. */
export interface Change {
  /** For the operator; without secrets. */
  readonly what: string;
  readonly make: (database: Database) => Promise<unknown>;
}
