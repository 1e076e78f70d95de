import { defineConfig } from "vitest/config";

// Each file starts the whole of Roombridge; side by side they would only slow each other down.
export default defineConfig({
  test: { include: ["*.test.ts"], fileParallelism: false, isolate: false, testTimeout: 60_000, hookTimeout: 120_000 },
});
