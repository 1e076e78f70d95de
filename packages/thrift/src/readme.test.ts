import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { Authority } from "../test/certificates.ts";
import { Other, OtherClient } from "../test/every.ts";
import * as runtime from "./index.ts";

it("the examples of the README work, to the letter", async (test) => {
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
  const blocks = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code ?? "");
  expect(blocks).toHaveLength(5);
  const code = blocks
    .join("")
    .replaceAll(/^import .*\n/gm, "")
    .replaceAll("(text: string)", "(text)")
    .replaceAll(": string[]", "");
  const printed: unknown[] = [];
  const authority = Authority.create(test);
  const scope = {
    ...runtime,
    ...authority.issue(),
    ca: authority.ca,
    token: "right-token",
    sha256OfToken: createHash("sha256").update("right-token").digest(),
    Other,
    OtherClient,
    console: { log: (line: unknown) => printed.push(line), error: () => {} },
  };
  const body = `${code}\nreturn server.connections;`;
  const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor as FunctionConstructor;
  const run = new AsyncFunction(...Object.keys(scope), body) as (...values: unknown[]) => Promise<number>;
  expect(await run(...Object.values(scope))).toBe(0);
  expect(printed).toEqual(["HELLO", "SEALED", 401, "TOLD", ["rpc.server.call.duration Other/text"]]);
});

it("the limits of the README are the defaults", () => {
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
  for (const [name, value] of Object.entries(runtime.DEFAULT_LIMITS)) {
    expect(readme).toMatch(new RegExp(`\`${name}\` +\\| ${value.toLocaleString("en")} +\\|`));
  }
});
