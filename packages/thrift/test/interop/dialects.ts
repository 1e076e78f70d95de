import { ThriftClient } from "../../src/index.ts";

export type Transport = "framed" | "unframed" | "http" | "header";
export type Encoding = "binary" | "compact" | "json" | "old-binary";

/** One way of talking: a row of the matrix. */
export interface Dialect {
  readonly transport: Transport;
  readonly encoding: Encoding;
  readonly isMultiplexed: boolean;
  readonly isTls: boolean;
}

export type Spoken = Readonly<Partial<Record<Transport, readonly Encoding[]>>>;

export interface Abilities {
  readonly speaks: Spoken;
  readonly isTls: boolean;
  /** Default true. */
  readonly isMultiplexed?: boolean;
}

const STREAM = ["binary", "compact", "json", "old-binary"] as const;

/** What our own two sides offer. A row that is added here is tried with every peer that has it too. */
export const OURS: Readonly<Record<"server" | "client", Abilities>> = {
  server: { speaks: { framed: STREAM, unframed: STREAM, http: STREAM, header: ["binary", "compact"] }, isTls: true },
  client: { speaks: { framed: STREAM, unframed: STREAM, http: STREAM, header: ["binary", "compact"] }, isTls: true },
};

/** What both can; multiplexed names and TLS, which are independent of the encoding, with binary only. */
export function common(one: Abilities, other: Abilities): readonly Dialect[] {
  return Object.entries(one.speaks).flatMap(([name, encodings]) => {
    const transport = name as Transport;
    const shared = encodings.filter((encoding) => other.speaks[transport]?.includes(encoding));
    const isStream = transport === "framed" || transport === "unframed";
    const isMultiplexed = isStream && other.isMultiplexed !== false;
    return shared.flatMap((encoding) => [
      { transport, encoding, isMultiplexed: false, isTls: false },
      ...(encoding === "binary" && isMultiplexed ? [{ transport, encoding, isMultiplexed: true, isTls: false }] : []),
      ...(encoding === "binary" && transport === "framed" && one.isTls && other.isTls
        ? [{ transport, encoding, isMultiplexed: false, isTls: true }]
        : []),
    ]);
  });
}

/** TLS says the same thing differently each time, and HTTP carries all encodings alike. */
export function isRecordable({ transport, encoding, isTls }: Dialect): boolean {
  return !isTls && (transport !== "http" || encoding === "binary");
}

/** Our client for one of the dialects of `OURS.client`. */
export function clientOf({ transport, encoding, isMultiplexed }: Dialect, port: number): ThriftClient {
  return new ThriftClient({
    port,
    transport: transport === "header" ? "theader" : transport,
    protocol: encoding,
    ...(isMultiplexed ? { serviceName: "RoomService" } : {}),
  });
}

/** As recordings name it. */
export function parseDialect(name: string): Dialect {
  const [transport, encoding, ...rest] = name.split(" ");
  return {
    transport: transport as Transport,
    encoding: encoding as Encoding,
    isMultiplexed: rest.includes("multiplexed"),
    isTls: rest.includes("TLS"),
  };
}

export function nameOf({ transport, encoding, isMultiplexed, isTls }: Dialect): string {
  return [transport, encoding, ...(isMultiplexed ? ["multiplexed"] : []), ...(isTls ? ["TLS"] : [])].join(" ");
}
