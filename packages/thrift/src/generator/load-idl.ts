import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Idl } from "./idl.ts";
import { parseIdl } from "./parse-idl.ts";

/**
 * Reads the JSON of one IDL file and, from beside it (`thrift -r --gen json` puts them there), that of every file that it
 * includes, directly or not. Throws an Error when one is missing or cannot be read.
 */
export function loadIdl(file: string): { readonly idl: Idl; readonly included: ReadonlyMap<string, Idl> } {
  const idl = parseIdl(readFileSync(file), file);
  const included = new Map<string, Idl>();
  const load = (from: Idl): void => {
    for (const name of from.includes ?? []) {
      if (included.has(name)) continue;
      const path = join(dirname(file), `${name}.json`);
      const other = parseIdl(readFileSync(path), path);
      included.set(name, other);
      load(other);
    }
  };
  load(idl);
  return { idl, included };
}
