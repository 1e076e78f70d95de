import { databaseTests, longTests } from "@roombridge/testing/vitest";
import { defineConfig } from "vitest/config";

export default defineConfig({ test: { ...databaseTests, ...longTests(["src/store/history.test.ts"]) } });
