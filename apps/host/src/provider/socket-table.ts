import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** A socket as the kernel lists it in /proc/net/{tcp,tcp6,udp,udp6} (proc(5)). */
export interface KernelSocket {
  readonly protocol: "tcp" | "udp";
  /** `bound`: TCP that listens, or UDP that is not connected. `ended`: TCP that this side has ended within the last minute. */
  readonly state: "bound" | "established" | "ended" | "other";
  readonly port: number;
  /** Bound to a loopback address: not reachable from outside its network namespace. */
  readonly isLoopback: boolean;
  readonly inode: string;
}

const FILES = ["tcp", "tcp6", "udp", "udp6"];

/** The sockets of one network namespace; `directory` is /proc/net or /proc/<pid>/net. Throws when it cannot be read. */
export async function readSockets(directory: string): Promise<KernelSocket[]> {
  // The files with a 6 are missing where IPv6 is off.
  const texts = FILES.map((name) =>
    readFile(join(directory, name), "utf8").catch((error: unknown) => {
      if (name.endsWith("6")) return "";
      throw error;
    }),
  );
  return parseSockets((await Promise.all(texts)).join(""));
}

/** Reads any number of these files, one after the other. Only the heading of UDP ends with "drops". */
export function parseSockets(text: string): KernelSocket[] {
  let protocol: KernelSocket["protocol"] = "tcp";
  return text.split("\n").flatMap((line) => {
    const fields = line.trim().split(/\s+/);
    const [first, local = "", , state = ""] = fields;
    if (first === "sl") protocol = fields.at(-1) === "drops" ? "udp" : "tcp";
    const inode = fields[9];
    if (first === "sl" || inode === undefined) return [];
    const [address = "", port = ""] = local.split(":");
    return [
      {
        protocol,
        state: stateOf(protocol, state),
        port: Number.parseInt(port, 16),
        isLoopback: isLoopbackAddress(address),
        inode,
      },
    ];
  });
}

function stateOf(protocol: KernelSocket["protocol"], state: string): KernelSocket["state"] {
  // UDP uses the number of TCP's CLOSE for sockets that are bound only.
  if (state === (protocol === "udp" ? "07" : "0A")) return "bound";
  if (protocol === "udp") return "other";
  return state === "01" ? "established" : state === "06" ? "ended" : "other";
}

const LOOPBACK_6 = "00000000000000000000000001000000";
const MAPPED_4 = "0000000000000000FFFF0000";

/** Words of four bytes in the machine's order, which is little-endian on all that we support. */
function isLoopbackAddress(hex: string): boolean {
  return hex === LOOPBACK_6 || (hex.endsWith("7F") && (hex.length === 8 || hex.startsWith(MAPPED_4)));
}
