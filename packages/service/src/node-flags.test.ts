import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { NODE_FLAGS } from "./node-flags.ts";

const ROOT = join(import.meta.dirname, "../../..");

test("Node knows each of them: it would not start with another", () => {
  const { status, stderr } = spawnSync(process.execPath, [...NODE_FLAGS, "-e", ""], { encoding: "utf8" });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
});

test.each(["gateway", "rtc", "host", "turn-agent"])(
  "%s is started with them, in its image and by its script",
  (app) => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, "apps", app, "package.json"), "utf8"));
    expect(scripts.start).toBe(`node ${NODE_FLAGS.join(" ")} src/main.ts`);
    const dockerfile = readFileSync(join(ROOT, "docker/Dockerfile"), "utf8");
    const argv = JSON.stringify(["node", ...NODE_FLAGS, `apps/${app}/src/main.ts`]).replaceAll(",", ", ");
    expect(dockerfile).toContain(`\nCMD ${argv}\n`);
  },
);
