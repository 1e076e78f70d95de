import { databaseTests, longTests } from "@roombridge/testing/vitest";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: { ...databaseTests, ...longTests(["src/idle.test.ts", "src/silent-database.test.ts", "src/traces.test.ts"]) },
});
