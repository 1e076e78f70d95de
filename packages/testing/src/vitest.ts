import { join } from "node:path";

/** For processes and databases on a machine that several test runs share. */
export const slowTests = { testTimeout: 30_000, hookTimeout: 60_000 };

/**
 * The part of a `vitest.config.ts` that tests on a database need:
 * `defineConfig({ test: { ...databaseTests } })`. `createTestDatabase()` then works in every test file.
 */
export const databaseTests = {
  ...slowTests,
  globalSetup: [join(import.meta.dirname, "global-setup.ts")],
  teardownTimeout: 60_000,
};
