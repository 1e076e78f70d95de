import { describe, expect, it, onTestFinished } from "vitest";
import { HttpClient, post } from "../../test/http-client.ts";
import { message } from "../../test/raw-client.ts";
import { startServer } from "../../test/start-server.ts";
import { waitFor } from "../../test/wait-for.ts";
import { WireType } from "../protocol/wire-types.ts";

const call = (value: string) =>
  message("text", (output) => {
    output.writeField(WireType.STRING, 1);
    output.writeString(value);
    output.writeStop();
  });

/** A request with these lines, behind which a proxy that reads it differently would see another one. */
const raw = (...lines: readonly string[]) => Buffer.from(lines.join("\r\n"), "latin1");
const HEAD = ["POST / HTTP/1.1", "Host: localhost", "Content-Type: application/x-thrift"] as const;
const hidden = post(call("smuggled"));

async function send(...requests: readonly Uint8Array[]) {
  const heard: string[] = [];
  const { port, events, expectServing } = await startServer({ text: (value) => (heard.push(value), value) });
  const client = await HttpClient.open(port);
  onTestFinished(() => void client.socket.destroy());
  client.send(...requests);
  await waitFor("the end", () => client.isGone);
  await expectServing();
  return { statuses: client.statuses, heard, events };
}

describe("a request whose end can be read in two ways", () => {
  const body = call("first");
  const length = `Content-Length: ${body.length}`;
  it.each<[string, readonly Uint8Array[]]>([
    ["a length and chunks", [raw(...HEAD, length, "Transfer-Encoding: chunked", "", "0", "", ""), hidden]],
    ["chunks and a length", [raw(...HEAD, "Transfer-Encoding: chunked", "Content-Length: 5", "", "0", "", ""), hidden]],
    ["two lengths", [raw(...HEAD, length, "Content-Length: 0", "", ""), hidden]],
    ["two lengths in one header", [raw(...HEAD, `Content-Length: 0, ${body.length}`, "", ""), hidden]],
    ["a length with a sign", [raw(...HEAD, `Content-Length: +${body.length}`, "", ""), body, hidden]],
    ["a negative length", [raw(...HEAD, "Content-Length: -1", "", ""), hidden]],
    ["a length in hexadecimal", [raw(...HEAD, "Content-Length: 0x10", "", ""), hidden]],
    ["a length of 2^64", [raw(...HEAD, "Content-Length: 18446744073709551616", "", ""), hidden]],
    ["a length without a number", [raw(...HEAD, "Content-Length:", "", ""), hidden]],
    ["chunks that are not the last coding", [raw(...HEAD, "Transfer-Encoding: chunked, identity", "", ""), hidden]],
    ["a coding that does not exist", [raw(...HEAD, "Transfer-Encoding: xchunked", "", ""), hidden]],
    ["a coding behind a control character", [raw(...HEAD, "Transfer-Encoding: \x0bchunked", "", "0", "", ""), hidden]],
    ["a header name with a space", [raw(...HEAD, "Content-Length : 0", "", ""), hidden]],
    ["a header that is folded", [raw(...HEAD, "X: a", " Content-Length: 0", length, "", ""), body, raw("x"), hidden]],
    ["a header with a NUL", [raw(...HEAD, "X: a\0b", length, "", ""), body, hidden]],
    ["a bare line feed behind a header", [raw(...HEAD, "X: a\nContent-Length: 0", length, "", ""), hidden]],
    ["a bare carriage return", [raw(...HEAD, "X: a\rContent-Length: 0", length, "", ""), body, hidden]],
    ["a chunk of negative size", [raw(...HEAD, "Transfer-Encoding: chunked", "", "-1", "", ""), hidden]],
    ["a chunk of 2^64", [raw(...HEAD, "Transfer-Encoding: chunked", "", "10000000000000000", "", ""), hidden]],
    [
      "a chunk size with a prefix",
      [raw(...HEAD, "Transfer-Encoding: chunked", "", "0x5", "hello", "0", "", ""), hidden],
    ],
    [
      "a chunk longer than it says",
      [raw(...HEAD, "Transfer-Encoding: chunked", "", "2", "hello", "0", "", ""), hidden],
    ],
    ["a chunk ended by a bare line feed", [raw(...HEAD, "Transfer-Encoding: chunked", "", "1\na\n0\n\n"), hidden]],
    ["HTTP/0.9", [raw("POST /", "", ""), hidden]],
    ["HTTP/2.0 with prior knowledge", [raw("PRI * HTTP/2.0", "", "SM", "", ""), hidden]],
    ["a version that does not exist", [raw("POST / HTTP/1.9", "Host: localhost", length, "", ""), body, hidden]],
    ["a tunnel", [raw("CONNECT localhost:9090 HTTP/1.1", "Host: localhost", "", ""), hidden]],
  ])("is refused, and what is behind it is not run: %s", async (_, requests) => {
    const { statuses, heard } = await send(...requests);
    expect(heard).toEqual([]);
    expect(statuses.filter((status) => status < 400)).toEqual([]);
  });

  // Java's HttpClient asks for h2c in its first request.
  it.each<[string, Readonly<Record<string, string>>]>([
    ["websocket", { Connection: "Upgrade", Upgrade: "websocket" }],
    ["h2c", { Connection: "Upgrade, HTTP2-Settings", Upgrade: "h2c", "HTTP2-Settings": "AAMAAABkAAQAAP__" }],
  ])("asking for an upgrade is answered as if it had not, and so are those after it: %s", async (_, headers) => {
    const { port } = await startServer();
    const client = await HttpClient.open(port);
    for (const round of [1, 2, 3]) {
      client.send(post(body, headers));
      await waitFor("the answer", () => client.answers.length === round);
    }
    expect(client.statuses).toEqual([200, 200, 200]);
    client.socket.destroy();
  });
});

describe("a request that is too much", () => {
  const garbage = raw("x");
  it.each<[string, readonly Uint8Array[], readonly number[]]>([
    ["one huge header", [raw(...HEAD, `X: ${"a".repeat(17_000)}`, "", "")], [431]],
    ["many small headers", [raw(...HEAD, ...Array.from({ length: 3_000 }, (_, at) => `X-${at}: a`), "", "")], [431]],
    ["a huge path", [raw(`POST /${"a".repeat(17_000)} HTTP/1.1`, "Host: localhost", "", "")], [431]],
    [
      "a huge extension of a chunk",
      [raw(...HEAD, "Transfer-Encoding: chunked", "", `1;${"a".repeat(20_000)}`, "")],
      [400],
    ],
    [
      "trailers without end",
      [
        raw(
          ...HEAD,
          "Transfer-Encoding: chunked",
          "",
          "0",
          ...Array.from({ length: 3_000 }, (_, at) => `X-${at}: a`),
          "",
        ),
      ],
      [400],
    ],
    [
      "a body in too many one-byte chunks, and then no chunk",
      [raw(...HEAD, "Transfer-Encoding: chunked", "", "1\r\nx\r\n".repeat(70_000)), garbage],
      [413],
    ],
  ])("is refused: %s", async (_, requests, expected) => {
    const { statuses, heard } = await send(...requests);
    expect(statuses).toEqual(expected);
    expect(heard).toEqual([]);
  });
});
