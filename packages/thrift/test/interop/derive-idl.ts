import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Every generator needs its own; `idl/room.thrift` must have none, or it no longer describes the published document. */
const NAMESPACES = ["cpp", "go", "java", "rb", "php", "perl", "c_glib"]
  .map((language) => `namespace ${language} ${language === "rb" ? "Room" : "room"}\n`)
  .join("");

const TYPES = `
enum Color {
  RED = 1,
  BLUE = 2,
}

/** One entry per container: no language may choose an order. */
struct Sample {
  1: optional bool flag
  2: optional i8 tiny
  3: optional i16 small
  4: optional i32 medium
  5: optional i64 large
  6: optional double real
  7: optional string text
  8: optional binary bytes
  9: optional Color color
  10: optional list<i32> numbers
  11: optional set<string> words
  12: optional map<string, i64> times
  13: optional list<bool> flags
  14: optional map<i32, list<RoomInfo>> rooms
  200: optional string far
}
`;

const METHODS = `
  /** answers a full one to an empty one, and any other as it came */
  Sample fill(1: Sample sample)
  list<RoomInfo> nobody()
  oneway void tell(1: string what)
`;

const SERVICES = `
/** No server has it. */
service Stranger {
  bool absent(1: bool id)
}
`;

/**
 * What the foreign generators read: `idl/room.thrift` with namespaces, and with what RoomService itself leaves untried:
 * every type of field, an empty list, a oneway call, a method that the server lacks.
 */
export function deriveIdl(): string {
  const idl = readFileSync(fileURLToPath(new URL("../../../../idl/room.thrift", import.meta.url)), "utf8");
  const [head, service, ...rest] = idl.split(/(?=\/\*\* rtc room service \*\/)/);
  const end = service?.lastIndexOf("}");
  if (head === undefined || service === undefined || end === undefined || end < 0 || rest.length > 0)
    throw new Error("idl/room.thrift has no service where it was");
  return `${NAMESPACES}${head}${TYPES}\n${service.slice(0, end)}${METHODS}}\n${SERVICES}`;
}
