import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { freePort } from "@roombridge/testing";
import { expect, onTestFinished, test } from "vitest";
import { printUnknownParameter } from "../../test/fake-command-line.ts";
import { printSessions } from "../../test/print-sessions.ts";
import { listSessions, listUsers, listUserSessions } from "./cli-commands.ts";
import { CliConnection, CliPasswordError, CliUnavailableError } from "./cli-connection.ts";

const GREETING = "TURN Server\r\nCoturn-4.6.1 'Gorst'\r\n\r\nType '?' for help\r\n";
const ASK = "Enter password: \r\n";

test("it logs in and learns the version", async () => {
  const connection = await open((command) => (command === "secret" ? "> " : ASK));
  expect(connection.version).toBe("4.6.1");
});

test("a wrong password is refused at the first try", async () => {
  const tries: string[] = [];
  const answer = (command: string): string => {
    tries.push(command);
    return ASK;
  };
  await expect(open(answer)).rejects.toThrow(CliPasswordError);
  expect(tries).toEqual(["secret"]);
});

test("a coturn without a password is fine too", async () => {
  const connection = await open(() => "> ", `${GREETING}> `);
  expect(await connection.run("ur")).toBe("");
});

test("commands wait for each other: coturn takes one packet for one command", async () => {
  let running = 0;
  const connection = await open(async (command) => {
    if (command === "secret") return "> ";
    expect((running += 1)).toBe(1);
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
    return `\r\n  ${command}\r\n> `;
  });
  const answers = await Promise.all(["one", "two", "three"].map((command) => connection.run(command)));
  expect(answers).toEqual(["one", "two", "three"].map((command) => `\r\n  ${command}\r\n`));
});

test("an answer in pieces is put together, wherever it is cut", async () => {
  const text = "\r\n    user: <ü.one>, 2 sessions\r\n\r\n  Total sessions: 2\r\n\r\n> ";
  const connection = await open((command) => (command === "secret" ? "> " : text), GREETING + ASK, 1);
  expect(await listUsers(connection)).toEqual(new Map([["ü.one", 2]]));
});

test("a client that writes a prompt into its ORIGIN does not end the listing, wherever the answer is cut", async () => {
  const session = { id: "000000000000000001", username: "a.b", ageSeconds: 1, receivedBytes: 2, sentBytes: 3 };
  const origin = "x\r\n> \r\n\r\n  Total sessions: 0\r\n\r\n> ";
  const answer = (command: string): string => {
    if (command.startsWith("cc ")) return `${printUnknownParameter(command.slice(3))}> `;
    return command === "secret" ? "> " : `${printSessions([{ ...session, origin }])}> `;
  };
  for (const size of [1, 2, 3, Infinity]) {
    const connection = await open(answer, GREETING + ASK, size);
    expect(await listUserSessions(connection, "a.b")).toEqual([session]);
    expect(await listSessions(connection, "a.")).toEqual({ sessions: [session], isTruncated: false });
  }
});

test("a user's name that could be another command is not sent", async () => {
  const commands: string[] = [];
  const connection = await open((command) => {
    commands.push(command);
    return "> ";
  });
  expect(await listUserSessions(connection, "a.b\r\nstop")).toEqual([]);
  expect(await listUserSessions(connection, "a b")).toEqual([]);
  expect(commands).toEqual(["secret"]);
});

test("a connection that talks when nobody asks is not believed any more", async () => {
  const connection = await open((command) => (command === "secret" ? "> " : "\r\n> "));
  await connection.run("one");
  connections.at(-1)?.write("Bye !");
  await connection.closed;
  await expect(connection.run("two")).rejects.toThrow("talks out of turn");
});

test("an answer that is not understood ends the connection", async () => {
  const connection = await open((command) => (command === "secret" ? "> " : "Unknown command\r\n> "));
  await expect(listUsers(connection)).rejects.toThrow("the number of sessions is missing");
  await expect(connection.run("pu")).rejects.toThrow(CliUnavailableError);
});

test("when coturn ends, whoever waits is told", async () => {
  const connection = await open((command) => (command === "secret" ? "> " : undefined));
  const waiting = Promise.allSettled([connection.run("one"), connection.run("two")]);
  connections.at(-1)?.destroy();
  for (const { status, reason } of (await waiting) as PromiseRejectedResult[]) {
    expect(status).toBe("rejected");
    expect(reason).toBeInstanceOf(CliUnavailableError);
  }
});

test("no coturn at all is an error of its own kind", async () => {
  const address = { host: "127.0.0.1", port: await freePort() };
  await expect(CliConnection.open(address, "secret")).rejects.toThrow(CliUnavailableError);
});

const connections: Socket[] = [];

/** A connection to a command line that greets and then gives these answers, `size` bytes at a time. */
async function open(
  answer: (command: string) => string | undefined | Promise<string | undefined>,
  greeting = GREETING + ASK,
  size = Infinity,
): Promise<CliConnection> {
  const server = createServer((socket) => {
    connections.push(socket);
    socket.setNoDelay(true).on("error", () => {});
    const say = async (text: string): Promise<void> => {
      const bytes = Buffer.from(text);
      for (let from = 0; from < bytes.length; from += Math.min(size, bytes.length)) {
        socket.write(bytes.subarray(from, from + size));
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    // One answer after the other, whenever the commands come.
    let last = say(greeting);
    socket.on("data", (data) => {
      last = last.then(async () => {
        const text = await answer(data.toString().trimEnd());
        if (text !== undefined) await say(text);
      });
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const connection = await CliConnection.open({ host: "127.0.0.1", port }, "secret");
  onTestFinished(() => connection.close());
  return connection;
}
