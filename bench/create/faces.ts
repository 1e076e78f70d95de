import { MessageType, WireType } from "@roombridge/thrift";

/** A way to ask for a room on a connection of its own. */
export interface Face {
  readonly name: string;
  readonly port: number;
  /** Of the server. */
  readonly pid: number;
  readonly request: Buffer;
  /** Bytes of the answer at the beginning of these; undefined: it is not whole yet. Throws when it is no new room. */
  readonly answerSize: (received: Buffer) => number | undefined;
}

type Server = Pick<Face, "port" | "pid">;

const HEAD_END = "\r\n\r\n";
/** `create()` with the number 1, in a frame, in strict binary. */
const CREATE = Buffer.from("00000013" + "80010001" + "00000006" + "637265617465" + "00000001" + "00", "hex");
const TYPE_AT = 7;
/** Behind the frame's length, version and type, the name with its length, and the number. */
const FIELD_AT = 22;

/** RoomsV2: `POST …/create` on a connection that is kept alive. */
export function restFace(
  { port, pid }: Server,
  { appId, token, region }: { readonly appId: string; readonly token: string; readonly region: string },
): Face {
  const body = JSON.stringify({ region });
  const head = [
    `POST /rooms/v2/${appId}/create HTTP/1.1`,
    `host: 127.0.0.1:${port}`,
    `authorization: Bearer ${token}`,
    "content-type: application/json",
    `content-length: ${body.length}`,
  ];
  return { name: "REST", port, pid, request: Buffer.from(head.join("\r\n") + HEAD_END + body), answerSize: restAnswer };
}

/** RoomService: `create()`, framed binary. */
export function thriftFace({ port, pid }: Server): Face {
  return { name: "Thrift", port, pid, request: CREATE, answerSize: thriftAnswer };
}

function restAnswer(received: Buffer): number | undefined {
  const end = received.indexOf(HEAD_END);
  if (end < 0) return undefined;
  const head = received.toString("latin1", 0, end);
  if (!head.startsWith("HTTP/1.1 201 ")) throw new Error(`REST answered ${received.toString()}`);
  const [, length] = /\r\ncontent-length: (\d+)/i.exec(head) ?? [];
  if (length === undefined) throw new Error(`REST answered without a length: ${head}`);
  const size = end + HEAD_END.length + Number(length);
  return received.length < size ? undefined : size;
}

function thriftAnswer(received: Buffer): number | undefined {
  if (received.length < 4) return undefined;
  const size = 4 + received.readUInt32BE(0);
  if (received.length < size) return undefined;
  const isRoom = received[TYPE_AT] === MessageType.REPLY && received[FIELD_AT] === WireType.STRUCT;
  if (!isRoom) throw new Error(`Thrift answered ${received.toString("latin1", 0, size)}`);
  return size;
}
