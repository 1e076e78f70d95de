import { writeFile } from "node:fs/promises";
import { createDocument } from "./openapi.ts";

/** Where the printed document is committed, so that its diff is reviewed. */
export const DOCUMENT_FILE = new URL("../../../idl/rooms-v2.openapi.json", import.meta.url);

export function printDocument(): string {
  return `${JSON.stringify(createDocument(), undefined, 2)}\n`;
}

if (import.meta.main) await writeFile(DOCUMENT_FILE, printDocument());
