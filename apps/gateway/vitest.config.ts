import { databaseTests, longTests } from "@roombridge/testing/vitest";
import { defineConfig } from "vitest/config";

// No package's tests take longer: two files side by side.
export default defineConfig({
  test: {
    ...databaseTests,
    maxWorkers: 2,
    ...longTests(["src/main.test.ts", "src/silent-database.test.ts", "src/tolerance.test.ts"]),
  },
});
