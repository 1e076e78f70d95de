// Starts the server of a data directory from a process of its own, says so on one line, and waits to be ended.
// usage: start-and-wait.ts <data directory>
import { startEmbeddedPostgres } from "../src/index.ts";

const [, , dataDir = ""] = process.argv;
const { pid, url, reused, directory } = await startEmbeddedPostgres({ dataDir, settings: { fsync: "off" } });
process.stdout.write(`${JSON.stringify({ pid, url, reused, directory })}\n`);
process.stdin.resume();
