import { slowTests } from "@roombridge/testing/vitest";
import { defineConfig } from "vitest/config";

export default defineConfig({ test: { ...slowTests } });
