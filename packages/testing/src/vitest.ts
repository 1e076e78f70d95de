import { join } from "node:path";
import { configDefaults } from "vitest/config";

/**
 * For processes and databases on a machine that several test runs share. The files of one worker share its modules, which
 * saves a quarter of the processor time: a file must leave no state behind in what it imports.
 */
export const slowTests = { testTimeout: 60_000, hookTimeout: 60_000, isolate: false };

/**
 * The part of a `vitest.config.ts` that tests on a database need:
 * `defineConfig({ test: { ...databaseTests } })`. `createTestDatabase()` then works in every test file.
 */
export const databaseTests = {
  ...slowTests,
  globalSetup: [join(import.meta.dirname, "global-setup.ts")],
  teardownTimeout: 60_000,
};

/**
 * Names test files of a package that take long. With CI_SHORT=1 they are left to `.ci/run --full`, which is said; everywhere else
 * they run.
 */
export function longTests(files: readonly string[]): { readonly exclude: string[] } {
  if (process.env["CI_SHORT"] !== "1") return { exclude: [...configDefaults.exclude] };
  console.warn(`LEFT TO .ci/run --full: ${files.join(", ")}`);
  return { exclude: [...configDefaults.exclude, ...files] };
}
