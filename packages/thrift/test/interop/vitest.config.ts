import { defineConfig } from "vitest/config";

// Compilers, and interpreters that start for every row; a file that the ordinary run does not see.
export default defineConfig({
  test: { include: ["test/interop/live-peers.ts"], testTimeout: 120_000, hookTimeout: 240_000 },
});
