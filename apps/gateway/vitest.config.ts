import { databaseTests, longTests } from "@roombridge/testing/vitest";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: { ...databaseTests, ...longTests(["src/main.test.ts", "src/silent-database.test.ts"]) },
});
