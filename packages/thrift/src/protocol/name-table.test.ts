import { describe, expect, it } from "vitest";
import { NameTable } from "./name-table.ts";

describe("NameTable", () => {
  const names = ["add", "ad", "odd", "", "Every:add", "größe", "__proto__"];
  const table = new NameTable(names);

  it.each(names)("finds %j in the middle of other bytes", (name) => {
    const bytes = Buffer.from(`xx${name}yy`);
    expect(table.find(bytes, 2, Buffer.byteLength(name))).toBe(name);
  });

  it.each(["adx", "xdd", "axd", "a", "Every:odd", "grosse", "groesse"])("does not find %j", (name) => {
    const bytes = Buffer.from(name);
    expect(table.find(bytes, 0, bytes.length)).toBeUndefined();
  });
});
