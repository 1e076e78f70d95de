import { writeFile } from "node:fs/promises";
import { z } from "zod";
import { OperatorFile } from "./schema.ts";

/** Where the printed schema is committed: editors that are told of it complete and check the file. */
export const SCHEMA_FILE = new URL("../../../../idl/roombridge-config.schema.json", import.meta.url);

/** The operator's file as JSON Schema 2020-12. What depends on several fields is in no schema. */
export function printSchema(): string {
  const schema = z.toJSONSchema(OperatorFile, { io: "input" });
  return `${JSON.stringify({ ...schema, title: "Roombridge: the operator's file" }, undefined, 2)}\n`;
}

if (import.meta.main) await writeFile(SCHEMA_FILE, printSchema());
