import { openDatabase } from "@roombridge/rooms";

const NAME = "bench_peer";

/** A database of its own, on the same server, for who keeps rooms in one. */
export async function createPeerDatabase(databaseUrl: string): Promise<{ url: string; drop: () => Promise<void> }> {
  const database = openDatabase({ url: databaseUrl, applicationName: "roombridge bench", maxConnections: 1 });
  await database.sql`create database ${database.sql(NAME)}`;
  const url = new URL(databaseUrl);
  url.pathname = `/${NAME}`;
  return {
    url: url.href,
    async drop() {
      await database.sql`drop database ${database.sql(NAME)} with (force)`;
      await database.close();
    },
  };
}
