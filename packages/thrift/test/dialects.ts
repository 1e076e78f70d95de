import type { ClientTransport } from "../src/index.ts";
import { PROTOCOLS, type ProtocolName } from "../src/protocol/protocols.ts";

export const PROTOCOL_NAMES = Object.keys(PROTOCOLS) as ProtocolName[];

export interface TestDialect {
  readonly name: string;
  readonly protocol: ProtocolName;
  readonly isFramed: boolean;
}

/** Every way in which a client may speak on a connection. */
export const DIALECTS: readonly TestDialect[] = PROTOCOL_NAMES.flatMap((protocol) => [
  { name: `framed ${protocol}`, protocol, isFramed: true },
  { name: `unframed ${protocol}`, protocol, isFramed: false },
]);

export interface ClientDialect {
  readonly protocol: ProtocolName;
  readonly transport: ClientTransport;
}

/** Every way in which our client may speak. */
export const CLIENT_DIALECTS: readonly (readonly [name: string, dialect: ClientDialect])[] = PROTOCOL_NAMES.flatMap(
  (protocol) =>
    (["framed", "unframed", "http", "theader"] as const)
      .filter((transport) => transport !== "theader" || protocol === "binary" || protocol === "compact")
      .map((transport) => [`${transport} ${protocol}`, { protocol, transport }] as const),
);
