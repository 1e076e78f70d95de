import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLog } from "@roombridge/service";
import { onTestFinished } from "vitest";
import { ENFORCED, LOG_KEEPING } from "../../../test/process-spec.ts";
import { describeProvider, GAME_ARGV } from "../../../test/provider-conformance.ts";
import { openLocalProvider } from "./local-provider.ts";

describeProvider("local", async () => {
  const directory = await mkdtemp(join(tmpdir(), "roombridge-conformance-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return {
    bindHost: "127.0.0.1",
    ambient: ["PATH", "PWD", "OLDPWD", "SHLVL", "_"],
    async open(onChange = () => {}) {
      const provider = await openLocalProvider({
        root: join(directory, "processes"),
        commands: new Map([["game", { argv: GAME_ARGV, cwd: "/" }]]),
        baseEnv: { PATH: process.env["PATH"] ?? "" },
        publicHost: "127.0.0.1",
        logKeeping: LOG_KEEPING,
        limits: ENFORCED,
        onChange,
        log: createLog({ name: "test", level: "silent", format: "json" }),
      });
      onTestFinished(async () => {
        for (const { processId } of await provider.list()) await provider.stop(processId, 0);
        await provider.close();
      });
      return provider;
    },
  };
});
