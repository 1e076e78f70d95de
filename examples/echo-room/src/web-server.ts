import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import type { Env } from "./env.ts";
import type { Identity } from "./identity.ts";
import { roomIdOf, RoomTable } from "./room-table.ts";

const MAX_MESSAGE_BYTES = 64 * 1024;
/** Close codes of RFC 6455 section 7.4.1 and the IANA registry. */
const GOING_AWAY = 1001;
const TRY_AGAIN_LATER = 1013;
const CLOSE_MS = 500;

export interface WebServer {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * `GET /` answers the status as JSON; a WebSocket on `/:roomId` is greeted with `{type: "hello", …}` and hears back what
 * it says. Throws when the port is taken.
 */
export async function startWebServer(env: Env, identity: Identity): Promise<WebServer> {
  const rooms = new RoomTable<WebSocket>(env.maxRooms);
  const house = { env, identity, rooms };
  const http = createServer((request, response) => answerStatus(house, request, response));
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES });
  http.on("upgrade", (request, connection, head) => void upgrade(house, sockets, { request, connection, head }));
  http.listen(env.tcpPort, env.host);
  await once(http, "listening");
  return { port: portOf(http), close: () => close(http, sockets) };
}

interface House {
  readonly env: Env;
  readonly identity: Identity;
  readonly rooms: RoomTable<WebSocket>;
}

interface Upgrade {
  readonly request: IncomingMessage;
  readonly connection: Duplex;
  readonly head: Buffer;
}

async function upgrade(house: House, sockets: WebSocketServer, { request, connection, head }: Upgrade): Promise<void> {
  connection.on("error", () => connection.destroy());
  const roomId = roomIdOf(request.url ?? "");
  if (roomId === undefined) return refuse(connection, "400 Bad Request");
  const roomConfig = await house.identity.configOf(roomId);
  if (roomConfig === undefined) return refuse(connection, "404 Not Found");
  sockets.handleUpgrade(request, connection, head, (socket) => welcome(house, { roomId, roomConfig }, socket));
}

function welcome(
  { env, identity, rooms }: House,
  { roomId, roomConfig }: { readonly roomId: string; readonly roomConfig: string | null },
  socket: WebSocket,
): void {
  socket.on("error", () => socket.terminate());
  if (!rooms.join(roomId, socket)) {
    socket.close(TRY_AGAIN_LATER, `this process has its ${env.maxRooms} rooms`);
    return;
  }
  socket.on("close", () => rooms.leave(roomId, socket));
  socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));
  const { processId, region } = identity;
  socket.send(JSON.stringify({ type: "hello", roomId, processId, region, roomConfig }));
}

function answerStatus({ env, identity, rooms }: House, request: IncomingMessage, response: ServerResponse): void {
  const isStatus = request.method === "GET" && request.url === "/";
  const { maxRooms, initialRoom } = env;
  const { processId, region } = identity;
  const status = { processId, region, maxRooms, initialRoomId: initialRoom?.roomId ?? null, rooms: rooms.list() };
  response.writeHead(isStatus ? 200 : 404, { "content-type": "application/json" });
  response.end(JSON.stringify(isStatus ? status : { message: "GET / or a WebSocket on /<roomId>" }));
}

function refuse(connection: Duplex, status: string): void {
  connection.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

async function close(http: Server, sockets: WebSocketServer): Promise<void> {
  const closed = once(http, "close");
  http.close();
  for (const socket of sockets.clients) socket.close(GOING_AWAY, "the game server stops");
  // A client that does not answer the close must not hold the process.
  setTimeout(() => {
    for (const socket of sockets.clients) socket.terminate();
    http.closeAllConnections();
  }, CLOSE_MS).unref();
  await closed;
}

function portOf(http: Server): number {
  const address = http.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}
