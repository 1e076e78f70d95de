import { longTests } from "@roombridge/testing/vitest";
import { defineConfig } from "vitest/config";
import { isRunning, isWithoutProcesses } from "./test/running-roombridge.ts";

/** Each of these needs a start of its own: it changes its settings, kills parts of it, or takes regions for servers of its own. */
const ALONE = [
  "logs.test.ts",
  "recovery.test.ts",
  "static-servers.test.ts",
  "trace.test.ts",
  "turn-check-page.test.ts",
];
if (isRunning) isWithoutProcesses(ALONE.join(", "));

// Rolling upgrade, restarts of PostgreSQL and restores take minutes: `.ci/run --full` runs them.
const operation = process.env["TEST_OPERATION"] === "1" ? ["operation/*.test.ts"] : [];

// Each file starts the whole of Roombridge; side by side they would only slow each other down.
export default defineConfig({
  test: {
    include: ["*.test.ts", ...operation],
    exclude: [...longTests(["trace.test.ts"]).exclude, ...(isRunning ? ALONE : [])],
    fileParallelism: false,
    isolate: false,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
