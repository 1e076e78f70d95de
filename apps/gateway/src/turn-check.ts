import { readFileSync } from "node:fs";
import type { Answer } from "./answer.ts";
import { CACHE, fingerprintOf, pageFile } from "./page-file.ts";

/** What the page loads, by name. */
const FILES = [
  ["page.css", "text/css"],
  ["page.js", "text/javascript"],
  ["relay-check.js", "text/javascript"],
  ["ice-servers.js", "text/javascript"],
] as const;

const CONTENTS = FILES.map(([name, type]) => ({ name, type, content: read(name) }));

/** In the URL of every file, so that browsers may keep it for ever. */
const VERSION = fingerprintOf(CONTENTS.map(({ content }) => content));

/** A page with which a person sees whether relaying works from where they sit. Answers to GET, by path. */
export const TURN_CHECK: ReadonlyMap<string, Answer> = new Map<string, Answer>([
  ["/turn/check", pageFile("text/html", read("page.html").replaceAll("VERSION", VERSION), CACHE.never)],
  ["/turn/check/", { status: 308, headers: { location: "../check" } }],
  ...CONTENTS.map(
    ({ name, type, content }) => [`/turn/check/${VERSION}/${name}`, pageFile(type, content, CACHE.forEver)] as const,
  ),
]);

function read(name: string): string {
  return readFileSync(new URL(`turn-check/${name}`, import.meta.url), "utf8");
}
