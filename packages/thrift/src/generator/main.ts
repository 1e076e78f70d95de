#!/usr/bin/env node
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { generate } from "./generate.ts";
import { loadIdl } from "./load-idl.ts";

const USAGE = `usage: roombridge-thrift --json <file> --out <file> [--runtime <module>] [--extension .ts|.js]

  --json       what \`thrift -r --gen json\` wrote, with the files that it includes beside it
  --out        the TypeScript to write; included files are expected beside it
  --runtime    what it imports the runtime from; default @roombridge/thrift
  --extension  how it imports included files; default .ts`;

try {
  const { values } = parseArgs({
    options: {
      json: { type: "string" },
      out: { type: "string" },
      runtime: { type: "string" },
      extension: { type: "string" },
    },
  });
  const { json, out, ...options } = values;
  if (json === undefined || out === undefined) throw new Error(USAGE);
  const { idl, included } = loadIdl(json);
  writeFileSync(out, generate(idl, { ...options, included }));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
