import { databaseTests, longTests } from "@roombridge/testing/vitest";
import { defineConfig } from "vitest/config";

// Most of their time the files wait for heartbeats and for coturn.
export default defineConfig({
  test: {
    ...databaseTests,
    ...longTests(["src/silent-database.test.ts", "src/thousands.test.ts"]),
    maxWorkers: 4,
    testTimeout: 90_000,
  },
});
