import type { IncomingHttpHeaders, IncomingMessage } from "node:http";

/** An answer that carries no Thrift. */
export interface HttpRefusal {
  readonly status: number;
  /** One sentence for whoever looks. */
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Refuses by path, method and expectation; undefined: nothing is wrong with them. */
export function refuseTarget(request: IncomingMessage, path: string | undefined): HttpRefusal | undefined {
  const { url = "", method, headers, httpVersion } = request;
  // RFC 9112 section 3.2.
  if (headers.host === undefined && httpVersion === "1.1") return { status: 400, message: "the host is missing" };
  if (path !== undefined && pathOf(url) !== path) return { status: 404, message: "there is nothing here" };
  if (headers.expect !== undefined && headers.expect.toLowerCase() !== "100-continue")
    return { status: 417, message: "nothing but 100-continue can be expected" };
  if (method === "POST") return undefined;
  return { status: 405, message: "Thrift calls are sent by POST", headers: { allow: "POST" } };
}

/** Refuses by what the headers say of the body; undefined: it may be read. */
export function refuseContent(headers: IncomingHttpHeaders, maxMessageBytes: number): HttpRefusal | undefined {
  const encoding = headers["content-encoding"];
  if (encoding !== undefined && encoding.toLowerCase() !== "identity")
    return { status: 415, message: "encoded bodies are not read", headers: { "accept-encoding": "identity" } };
  if (protocolOf(headers["content-type"]) === undefined)
    return { status: 415, message: "the content type must be application/x-thrift", headers: { accept: ACCEPTED } };
  if (Number(headers["content-length"] ?? 0) > maxMessageBytes) return tooLarge(maxMessageBytes);
  return undefined;
}

export function tooLarge(maxMessageBytes: number): HttpRefusal {
  return { status: 413, message: `at most ${maxMessageBytes} bytes are read` };
}

/** RFC 6750 section 3. */
export function unauthorized(token: string | undefined): HttpRefusal {
  const challenge = token === undefined ? "Bearer" : 'Bearer error="invalid_token"';
  const message = token === undefined ? "a bearer token is required" : "the token is not valid";
  return { status: 401, message, headers: { "www-authenticate": challenge } };
}

/** The bearer token of a request (RFC 6750 section 2.1). */
export function readBearerToken(authorization: string | undefined): string | undefined {
  return /^bearer +([\w.~+/-]+=*)$/i.exec(authorization ?? "")?.[1];
}

const X_THRIFT = "application/x-thrift";
const ACCEPTED = `${X_THRIFT}, application/vnd.apache.thrift.binary, application/vnd.apache.thrift.compact, application/vnd.apache.thrift.json`;
/** Apache's registered types, and the parameter that Armeria adds to the other one. */
const PROTOCOL_BY_TYPE: Readonly<Record<string, string>> = {
  "application/vnd.apache.thrift.binary": "binary",
  "application/vnd.apache.thrift.compact": "compact",
  "application/vnd.apache.thrift.json": "json",
};
const PROTOCOL_BY_PARAMETER: Readonly<Record<string, string>> = {
  tbinary: "binary",
  tcompact: "compact",
  tjson: "json",
};

/** The protocol that a content type announces, "" when the body itself tells; undefined for a type that is no Thrift. */
export function protocolOf(contentType = ""): string | undefined {
  const [type = "", ...parameters] = contentType
    .toLowerCase()
    .split(";")
    .map((part) => part.trim());
  if (Object.hasOwn(PROTOCOL_BY_TYPE, type)) return PROTOCOL_BY_TYPE[type];
  if (type !== X_THRIFT) return undefined;
  const announced = parameters.find((parameter) => parameter.startsWith("protocol="));
  if (announced === undefined) return "";
  const name = announced.slice("protocol=".length).replaceAll('"', "");
  return Object.hasOwn(PROTOCOL_BY_PARAMETER, name) ? PROTOCOL_BY_PARAMETER[name] : undefined;
}

function pathOf(url: string): string {
  const end = url.search(/[?#]/);
  if (url.startsWith("/")) return end < 0 ? url : url.slice(0, end);
  // The absolute form, which proxies use.
  return URL.canParse(url) ? new URL(url).pathname : "";
}
