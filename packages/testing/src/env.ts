import { delimiter } from "node:path";

/** What tests take from the environment; nothing else of it reaches an app under test. */
export const testEnvironment = {
  /** In CI a missing program fails a test instead of skipping it. */
  isCi: !["", "0", "false"].includes(process.env["CI"] ?? ""),
  /** A PostgreSQL to use instead of the embedded one; its user must be allowed to create databases. */
  databaseUrl: process.env["TEST_DATABASE_URL"] || undefined,
  path: (process.env["PATH"] ?? "").split(delimiter).filter((directory) => directory !== ""),
};
