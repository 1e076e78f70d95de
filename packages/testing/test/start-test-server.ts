// A test run reduced to its server. Prints its URL, its data directory and, comma-separated, all that exist;
// ends with its input.
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { startTestServer } from "../src/test-server.ts";

const server = await startTestServer();
const all = (await readdir(tmpdir())).filter((name) => name.startsWith("roombridge-test-"));
const own = all.find((name) => name.startsWith(`roombridge-test-${process.pid}-`));
console.log(`${server.url} ${own} ${all.join(",")}`);
process.stdin.resume();
await once(process.stdin, "end");
await server.remove();
