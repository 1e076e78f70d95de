import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { format } from "prettier";
import { afterAll, describe, expect, it } from "vitest";
import { requireProgram, run } from "./require-program.ts";

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const directory = mkdtempSync(join(tmpdir(), "roombridge-idl-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe("idl/room.thrift", () => {
  it("without its throws clause describes the service exactly as the published document does", async (test) => {
    requireProgram(test, "thrift", ["--version"], "thrift-compiler");
    const own = readFileSync(path("../../../idl/room.thrift"), "utf8");
    const published = own.replace(" throws (1: RoomNotFoundException not_found)", "");
    expect(published).not.toBe(own);
    writeFileSync(join(directory, "room.thrift"), published);
    run("thrift", ["--gen", "markdown:suffix=md", "-out", directory, join(directory, "room.thrift")]);
    const markdown = await format(readFileSync(join(directory, "room.md"), "utf8"), { parser: "markdown" });
    expect(markdown).toBe(readFileSync(path("room.seed.md"), "utf8"));
  });
});
