import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { API_CALLS } from "../test/api-calls.ts";
import { DEFAULT_RETRY_POLICY } from "./http/retry.ts";

const home = join(import.meta.dirname, "..");
const readme = await readFile(join(home, "README.md"), "utf8");

test("every example of the README is correct TypeScript in a project of its own", async () => {
  const project = await mkdtemp(join(tmpdir(), "roombridge-readme-"));
  onTestFinished(() => rm(project, { recursive: true }));
  const examples = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code ?? "");
  expect(examples).toHaveLength(13);
  await Promise.all(examples.map((code, index) => writeFile(join(project, `example-${index}.ts`), code)));
  await mkdir(join(project, "node_modules", "@roombridge"), { recursive: true });
  await symlink(home, join(project, "node_modules", "@roombridge", "client"));
  await symlink(join(home, "node_modules", "@types"), join(project, "node_modules", "@types"));
  await writeFile(join(project, "package.json"), '{ "type": "module" }');
  await writeFile(
    join(project, "tsconfig.json"),
    JSON.stringify({
      extends: join(home, "tsconfig.json"),
      // Some of them run in pages.
      compilerOptions: { lib: ["es2024", "dom", "dom.iterable"] },
      include: ["*.ts"],
    }),
  );
  const { stdout } = await promisify(execFile)(join(home, "node_modules/.bin/tsc"), ["--project", project]).catch(
    (error: { readonly stdout: string }) => error,
  );
  expect(stdout).toBe("");
});

test("the tables of the README have every method, and tell how it is repeated", () => {
  const rows = readme.matchAll(/^\| `(\w+)\(.*?\)` *\|.*\| *([^|]+?) *\|$/gm);
  const repeated = new Map([...rows].map(([, name = "", words = ""]) => [name, words]));
  const words = { always: "yes", "429": "only a 429", never: "never" };
  const expected = API_CALLS.map((call) => [call.name, words[call.repeated]] as const);
  const others = [
    ["waitUntilActive", "polls"],
    ["allRooms", "each page"],
    ["events", "for ever"],
  ] as const;
  expect(repeated).toEqual(new Map([...expected, ...others]));
});

test("the defaults of the README are the code's", () => {
  const { attempts, baseDelayMs } = DEFAULT_RETRY_POLICY;
  expect(attempts).toBe(3);
  expect(readme.replaceAll(/\s+/g, " ")).toContain(
    `three attempts in all, with a random pause of up to ${baseDelayMs} ms, then ${2 * baseDelayMs} ms.`,
  );
});
