import { connect, createServer } from "node:net";

const HOST = "127.0.0.1";

/** A TCP port of 127.0.0.1 that was free a moment ago; `preferred` if that one is. */
export async function choosePort(preferred: number | undefined): Promise<number> {
  const kept = preferred === undefined ? undefined : await tryPort(preferred);
  const port = kept ?? (await tryPort(0));
  if (port === undefined) throw new Error(`no free TCP port on ${HOST}`);
  return port;
}

function tryPort(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(undefined));
    server.listen(port, HOST, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : undefined));
    });
  });
}

/** PostgreSQL's SSLRequest message; a server that accepts connections answers it with one byte, S or N. */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);

/** True when a PostgreSQL server on this port of 127.0.0.1 answers within `timeoutMs`. */
export function answersAsPostgres(port: number, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: HOST, port, timeout: timeoutMs }, () => socket.write(SSL_REQUEST));
    const finish = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("data", (data) => finish(data[0] === 0x4e || data[0] === 0x53));
    socket.once("error", () => finish(false));
    socket.once("end", () => finish(false));
    socket.once("timeout", () => finish(false));
  });
}
