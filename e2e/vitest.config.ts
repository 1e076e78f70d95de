import { defineConfig } from "vitest/config";

// Rolling upgrade, restarts of PostgreSQL and restores take minutes: `.ci/run --full` runs them.
const operation = process.env["TEST_OPERATION"] === "1" ? ["operation/*.test.ts"] : [];

// Each file starts the whole of Roombridge; side by side they would only slow each other down.
export default defineConfig({
  test: {
    include: ["*.test.ts", ...operation],
    fileParallelism: false,
    isolate: false,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
