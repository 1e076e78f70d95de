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
