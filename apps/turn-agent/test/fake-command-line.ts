import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import type { RelaySession } from "../src/cli/session-listing.ts";
import { printSessions } from "./print-sessions.ts";

/** coturn's command line without the coturn behind it: more sessions than a test can open. */
export interface FakeCommandLine {
  readonly port: number;
  /** Those that run; `cs` takes them away. */
  readonly sessions: Map<string, RelaySession>;
  /** Every command that came. */
  readonly commands: string[];
  /** Breaks all connections. */
  close(): Promise<void>;
}

export const FAKE_PASSWORD = "fake";

/** `limit`: so many sessions in one listing, whatever `cc cli-max-output-sessions` asks for. */
export async function fakeCommandLine({ limit = 1_000_000 } = {}): Promise<FakeCommandLine> {
  const sessions = new Map<string, RelaySession>();
  const commands: string[] = [];
  const answer = (command: string): string => {
    commands.push(command);
    const [name, argument = ""] = command.split(" ");
    const text = argument.replace(/^\*/, "");
    const all = [...sessions.values()];
    if (name === "ps")
      return printSessions(
        all.filter(({ username }) => username === text),
        { limit },
      );
    if (name === "psp")
      return printSessions(
        all.filter(({ username }) => username.includes(text)),
        { limit },
      );
    if (name === "pu") return printUsers(all);
    if (name === "cc" && argument.startsWith("end-")) return printUnknownParameter(argument);
    if (name === "cs") sessions.delete(argument);
    return "";
  };
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.write("TURN Server\r\nCoturn-4.6.1 'Gorst'\r\n\r\nType '?' for help\r\nEnter password: \r\n");
    socket.on("data", (data) => {
      const command = data.toString().trimEnd();
      socket.write(command === FAKE_PASSWORD ? "> " : `${answer(command)}> `);
    });
    connections.add(socket);
  });
  const connections = new Set<{ destroy(): void }>();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const close = async (): Promise<void> => {
    for (const connection of connections) connection.destroy();
    server.close();
    await once(server, "close");
  };
  return { port, sessions, commands, close };
}

/** change_cli_param of coturn's turn_admin_server.c. */
export function printUnknownParameter(name: string): string {
  return `\r\n  Error: unknown or constant parameter: ${name}.\r\n\r\n`;
}

function printUsers(sessions: readonly RelaySession[]): string {
  const users = Map.groupBy(sessions, ({ username }) => username);
  const lines = [...users].map(([username, own]) => `    user: <${username}>, ${own.length} sessions`);
  return ["", ...lines, "", `  Total sessions for realm roombridge: ${sessions.length}`, "", ""].join("\r\n");
}
