import { databaseTests } from "@roombridge/testing/vitest";
import { defineConfig } from "vitest/config";

export default defineConfig({ test: { ...databaseTests } });
