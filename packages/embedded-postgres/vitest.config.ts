import { defineConfig } from "vitest/config";

// Real servers on a machine that may be busy with other packages' tests.
export default defineConfig({ test: { testTimeout: 120_000, hookTimeout: 120_000 } });
