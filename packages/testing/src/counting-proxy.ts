import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";

export interface CountingProxy {
  /** The given database URL with the proxy's address. */
  readonly url: string;
  /** The texts of the statements that were executed since the last call, in the order in which they were sent. */
  takeStatements(): string[];
  /** How often somebody has asked the server for an answer since the last call. */
  takeRoundTrips(): number;
  close(): Promise<void>;
}

interface Counts {
  statements: string[];
  roundTrips: number;
}

/** Length of the type and the length of a message; the first message of a connection has no type. */
const HEAD_BYTES = 5;

/** A TCP proxy in front of PostgreSQL that counts what clients ask of it. */
export async function startCountingProxy(databaseUrl: string): Promise<CountingProxy> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  const counts: Counts = { statements: [], roundTrips: 0 };
  const server = createServer((client) => {
    const upstream = connect(Number(target.port || 5432), target.hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => sockets.delete(socket));
    }
    const read = readMessages(counts);
    client.on("data", (chunk: Buffer) => {
      read(chunk);
      upstream.write(chunk);
    });
    upstream.on("data", (chunk) => client.destroyed || client.write(chunk));
    client.on("close", () => upstream.end());
    upstream.on("close", () => client.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = new URL(databaseUrl);
  url.hostname = "127.0.0.1";
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    takeStatements: () => counts.statements.splice(0),
    takeRoundTrips() {
      const { roundTrips } = counts;
      counts.roundTrips = 0;
      return roundTrips;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

/** Reads what one client sends, piece by piece (PostgreSQL's protocol 3.0, chapter "Message Formats"). */
function readMessages(counts: Counts): (chunk: Buffer) => void {
  let received: Buffer = Buffer.alloc(0);
  let hasStarted = false;
  const texts = new Map<string, string>();
  return (chunk) => {
    received = Buffer.concat([received, chunk]);
    for (;;) {
      const typeBytes = hasStarted ? 1 : 0;
      if (received.length < typeBytes + 4) return;
      const size = typeBytes + received.readUInt32BE(typeBytes);
      if (received.length < size) return;
      if (hasStarted) count(counts, texts, received.subarray(0, size));
      hasStarted = true;
      received = received.subarray(size);
    }
  };
}

function count(counts: Counts, texts: Map<string, string>, message: Buffer): void {
  const body = message.subarray(HEAD_BYTES);
  switch (String.fromCharCode(message[0] ?? 0)) {
    // Parse: name and text.
    case "P": {
      const [name, text] = readStrings(body);
      texts.set(name, text);
      return;
    }
    // Bind: portal and name. An Execute follows each.
    case "B": {
      const [, name] = readStrings(body);
      counts.statements.push(texts.get(name) ?? name);
      return;
    }
    // Query: the text.
    case "Q":
      counts.statements.push(readStrings(body)[0]);
      counts.roundTrips += 1;
      return;
    // Sync and Flush demand an answer.
    case "S":
    case "H":
      counts.roundTrips += 1;
  }
}

/** The first two strings, each of which ends with a zero. */
function readStrings(body: Buffer): [string, string] {
  const end = body.indexOf(0);
  const next = body.subarray(end + 1);
  const nextEnd = next.indexOf(0);
  return [body.toString("utf8", 0, end), next.toString("utf8", 0, Math.max(0, nextEnd))];
}
