export { EmbeddedPostgresError } from "./embedded-postgres-error.ts";
export type { ServerExit } from "./launch-postmaster.ts";
export { type Release, tryLock } from "./lock-file.ts";
export { removeEmbeddedPostgres } from "./remove-embedded-postgres.ts";
export {
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  startEmbeddedPostgres,
} from "./start-embedded-postgres.ts";
