import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { generate } from "./generate.ts";
import type { Idl } from "./idl.ts";

const { values } = parseArgs({
  options: { json: { type: "string" }, out: { type: "string" }, runtime: { type: "string" } },
});
if (values.json === undefined || values.out === undefined) {
  console.error("usage: node main.ts --json <output of thrift --gen json> --out <file.ts> [--runtime <module>]");
  process.exit(2);
}
const idl = JSON.parse(readFileSync(values.json, "utf8")) as Idl;
writeFileSync(values.out, generate(idl, values.runtime === undefined ? {} : { runtime: values.runtime }));
