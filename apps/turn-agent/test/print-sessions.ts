import type { RelaySession } from "../src/cli/session-listing.ts";

/** What else coturn may print of a session. */
export interface PrintedSession extends RelaySession {
  readonly realm?: string;
  /** The client's own words. */
  readonly origin?: string;
  readonly isStartUnknown?: boolean;
  readonly isExpired?: boolean;
  readonly isTls?: boolean;
  readonly maxBytesPerSecond?: number;
  readonly peers?: readonly string[];
}

/** print_sessions and print_session of coturn's turn_admin_server.c, line by line. */
export function printSessions(sessions: readonly PrintedSession[], { limit = 256, realm = "roombridge" } = {}): string {
  const shown = sessions.slice(0, limit).flatMap((session, index) => ["", ...printSession(session, index + 1)]);
  const isTruncated = sessions.length > limit;
  const lines = [
    ...shown,
    "",
    ...(isTruncated ? ["...", ""] : []),
    `  Total sessions${realm === "" ? "" : ` for realm ${realm}`}: ${sessions.length}`,
    "",
    ...(isTruncated
      ? [
          "  Warning: too many output sessions, more than the",
          "  current value of cli-max-output-sessions CLI parameter.",
          "  Refine your request or increase cli-max-output-sessions value.",
          "",
        ]
      : []),
  ];
  return lines.map((line) => `${line}\r\n`).join("");
}

function printSession(session: PrintedSession, number: number): string[] {
  const { id, username, realm = "roombridge", origin, ageSeconds, receivedBytes, sentBytes, peers = [] } = session;
  return [
    `    ${number}) id=${id}, user <${username}>:`,
    ...(realm === "" ? [] : [`      realm: ${realm}`]),
    ...(origin === undefined ? [] : [`      origin: ${origin}`]),
    session.isStartUnknown ? "      started: undefined time" : `      started ${ageSeconds} secs ago`,
    session.isExpired ? "      expired" : "      expiring in 599 secs",
    "      client protocol UDP, relay protocol UDP",
    "      client addr 127.0.0.1:55558, server addr 127.0.0.1:14478",
    "      relay addr 127.0.0.2:64363",
    "      fingerprints enforced: ON",
    "      mobile: OFF",
    ...(session.isTls ? ["      TLS method: TLSv1.3", "      TLS cipher: TLS_AES_256_GCM_SHA384"] : []),
    ...(session.maxBytesPerSecond === undefined
      ? []
      : [`      Max throughput: ${session.maxBytesPerSecond} bytes per second`]),
    `      usage: rp=2, rb=${receivedBytes}, sp=1, sb=${sentBytes}`,
    "       rate: r=0, s=0, total=0 (bytes per sec)",
    ...(peers.length === 0 ? [] : ["      peers:", ...peers.map((peer) => `          ${peer}`)]),
  ];
}
