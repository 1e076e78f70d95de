import { defineConfig } from "vitest/config";
import { databaseTests } from "./src/vitest.ts";

// Some of its files load modules anew, with another environment.
export default defineConfig({ test: { ...databaseTests, isolate: true } });
