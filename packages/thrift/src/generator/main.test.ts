import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";

const main = fileURLToPath(new URL("main.ts", import.meta.url));
const directory = mkdtempSync(join(tmpdir(), "roombridge-generator-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const file = (name: string) => join(directory, name);
const generate = (...args: readonly string[]) => spawnSync(process.execPath, [main, ...args], { encoding: "utf8" });
const idl = (name: string, includes: readonly string[], structs: readonly unknown[]) =>
  writeFileSync(
    file(`${name}.json`),
    JSON.stringify({ name, includes, enums: [], typedefs: [], structs, constants: [], services: [] }),
  );
const struct = (type: string | undefined) => ({
  name: "Thing",
  isException: false,
  isUnion: false,
  fields: type
    ? [{ key: 1, name: "it", typeId: "struct", type: { typeId: "struct", class: type }, required: "optional" }]
    : [],
});

describe("the generator's command", () => {
  it("finds the JSON of included files beside that of the file, of files that they include too", () => {
    // A typedef of b may name a struct of c, so that a mentions c without including it.
    idl("a", ["b"], [struct("c.Thing")]);
    idl("b", ["c"], []);
    idl("c", [], [struct(undefined)]);
    const { status, stderr } = generate("--json", file("a.json"), "--out", file("a.ts"), "--extension", ".js");
    expect([status, stderr]).toEqual([0, ""]);
    expect(readFileSync(file("a.ts"), "utf8")).toContain('import * as c from "./c.js";');
  });

  it("says in one sentence what it cannot do, and fails", () => {
    idl("bad", [], [struct("Missing")]);
    const { status, stderr } = generate("--json", file("bad.json"), "--out", file("bad.ts"));
    expect([status, stderr]).toEqual([1, "bad.thrift declares no struct Missing\n"]);
  });

  it("explains itself when it is not told what to read and write", () => {
    const { status, stderr } = generate("--json", file("a.json"));
    expect(status).toBe(1);
    expect(stderr).toMatch(/^usage: roombridge-thrift --json <file> --out <file>/);
  });
});
