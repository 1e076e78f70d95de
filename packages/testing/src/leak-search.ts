import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { openDatabase, parseCredentialKeys } from "@roombridge/rooms";
import type { Roombridge } from "./roombridge.ts";
import { SecretWatch } from "./secret-watch.ts";

/** Where secrets belong; PostgreSQL keeps its own files private. */
const PRIVATE = ["secrets.json", "token", "database-url", "postgres.json", "postgres", "coturn"];

interface Secrets {
  readonly turnCredentialKeys: string;
  readonly coturnDbPassword: string;
}

/**
 * Learns every secret that a running `npm start` knows or has issued (credentials stay in the database for hours after their
 * end). The answer is to be called when it has stopped: it names what of them stands in its output, in its data directory
 * and in the events of its rooms.
 */
export async function newLeakSearch({
  app,
  dataDir,
  token,
  databaseUrl,
}: Roombridge): Promise<() => Promise<string[]>> {
  const own = JSON.parse(await readFile(join(dataDir, "secrets.json"), "utf8")) as Secrets;
  const watch = new SecretWatch(parseCredentialKeys(own.turnCredentialKeys));
  watch.add("the token", token);
  watch.add("coturn's database password", own.coturnDbPassword);
  watch.add("the database password", decodeURIComponent(new URL(databaseUrl).password));
  const database = openDatabase({ url: databaseUrl, applicationName: "leak search", maxConnections: 1 });
  let events: string;
  try {
    await watch.learn(database);
    const rows = await database.sql<{ payload: string }[]>`select payload::text from room_events`;
    events = rows.map(({ payload }) => payload).join("\n");
  } finally {
    await database.close();
  }
  return async () => {
    const texts = new Map([["the output", app.output()], ["room_events", events], ...(await readAll(dataDir))]);
    return [...texts].flatMap(([where, text]) => watch.foundIn(text).map((what) => `${what} in ${where}`));
  };
}

async function readAll(dataDir: string): Promise<[string, string][]> {
  const entries = await readdir(dataDir, { recursive: true, withFileTypes: true });
  const texts: [string, string][] = [];
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    const name = path.slice(dataDir.length + 1);
    if (entry.isFile() && !PRIVATE.includes(name.split("/")[0] ?? "")) texts.push([name, await readFile(path, "utf8")]);
  }
  return texts;
}
