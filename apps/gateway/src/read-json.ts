import { RoomError } from "@roombridge/rooms";
import type { HonoRequest } from "hono";

/** Enough for the longest roomConfig (10,000 characters) with every character as a six-byte escape. */
const MAX_BODY_BYTES = 65_536;

/** Enough for a hundred variables of 5,000 characters, most of them plain. */
const MAX_LONG_BODY_BYTES = 1_048_576;

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** The body as JSON, whatever the content type says. Throws `invalid_params` when it is too long or not JSON. */
export function readJson(request: HonoRequest): Promise<unknown> {
  return readJsonUpTo(request, MAX_BODY_BYTES);
}

/** As `readJson`, for bodies of up to 1 MiB. */
export function readLongJson(request: HonoRequest): Promise<unknown> {
  return readJsonUpTo(request, MAX_LONG_BODY_BYTES);
}

async function readJsonUpTo(request: HonoRequest, maxBytes: number): Promise<unknown> {
  const bytes = await readBytes(request, maxBytes);
  if (bytes.byteLength === 0) throw new RoomError("invalid_params", "body: a JSON object is required");
  return toJson(bytes);
}

/** As `readJson`, but an empty body is `{}`. */
export async function readJsonIfAny(request: HonoRequest): Promise<unknown> {
  const bytes = await readBytes(request, MAX_BODY_BYTES);
  return bytes.byteLength === 0 ? {} : toJson(bytes);
}

function toJson(bytes: ArrayBuffer | Buffer): unknown {
  try {
    return JSON.parse(utf8.decode(bytes));
  } catch {
    throw new RoomError("invalid_params", "body: malformed JSON");
  }
}

async function readBytes(request: HonoRequest, maxBytes: number): Promise<ArrayBuffer | Buffer> {
  const length = request.header("content-length");
  if (length !== undefined && Number(length) > maxBytes) throw tooLong(maxBytes);
  try {
    return await (length === undefined ? readChunks(request.raw, maxBytes) : request.arrayBuffer());
  } catch (cause) {
    if (RoomError.isInstance(cause)) throw cause;
    throw new RoomError("invalid_params", "body: the connection broke while it was read", { cause });
  }
}

/** A chunked body tells no length, so it is counted while it arrives. */
async function readChunks({ body }: Request, maxBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes) throw tooLong(maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function tooLong(maxBytes: number): RoomError {
  return new RoomError("invalid_params", `body: at most ${maxBytes} bytes`);
}
