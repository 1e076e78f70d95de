import { createRequire } from "node:module";
import thrift from "thrift";

const require = createRequire(import.meta.url);

/** What Apache's compiler generated for Node from idl/room.thrift (`pnpm generate` renews it). */
const generated: unknown = require("../gen/RoomService.js");

export interface NpmRoomInfo {
  readonly id: string;
  readonly expires: number;
  readonly username: string;
  readonly password: string | null;
}

/** The methods of the generated client; it comes without types. */
export interface NpmRoomService {
  create(): Promise<NpmRoomInfo>;
  get(id: string): Promise<NpmRoomInfo>;
  lists(): Promise<NpmRoomInfo[]>;
  pppbool(id: boolean): Promise<boolean>;
}

export interface NpmClientOptions {
  readonly port: number;
  readonly protocol: "binary" | "compact" | "json";
  readonly isFramed: boolean;
  readonly isMultiplexed: boolean;
}

/** The published types give each a shape of its own. */
const PROTOCOLS: Readonly<Record<NpmClientOptions["protocol"], unknown>> = {
  binary: thrift.TBinaryProtocol,
  compact: thrift.TCompactProtocol,
  json: thrift.TJSONProtocol,
};

/** npm's own `thrift` client. */
export function connectNpmThrift({ port, protocol, isFramed, isMultiplexed }: NpmClientOptions): {
  service: NpmRoomService;
  close: () => void;
} {
  const connection = thrift.createConnection("127.0.0.1", port, {
    transport: isFramed ? thrift.TFramedTransport : thrift.TBufferedTransport,
    protocol: PROTOCOLS[protocol] as typeof thrift.TBinaryProtocol,
  });
  const Client = generated as Parameters<typeof thrift.createClient>[0];
  const service: unknown = isMultiplexed
    ? new thrift.Multiplexer().createClient("RoomService", Client, connection)
    : thrift.createClient(Client, connection);
  return { service: service as NpmRoomService, close: () => connection.end() };
}
