import { defineConfig } from "vitest/config";

// Real sockets, compilers and foreign peers on a machine that may be busy with other packages' tests.
export default defineConfig({ test: { testTimeout: 60_000, hookTimeout: 60_000, isolate: false } });
