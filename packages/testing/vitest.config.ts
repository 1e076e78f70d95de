import { defineConfig } from "vitest/config";
import { databaseTests } from "./src/vitest.ts";

export default defineConfig({ test: { ...databaseTests } });
