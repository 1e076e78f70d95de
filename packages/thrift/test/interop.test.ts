import { execFile, spawn } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { format } from "prettier";
import { afterAll, describe, expect, it, onTestFinished, type TestContext } from "vitest";
import { createProcessor, ThriftClient, ThriftServer, type ThriftServerOptions } from "../src/index.ts";
import { WireType } from "../src/protocol/wire-types.ts";
import { Authority } from "./certificates.ts";
import { PROTOCOL_NAMES } from "./dialects.ts";
import { goldenFile } from "./golden-value.ts";
import { message } from "./raw-client.ts";
import { requireProgram, run } from "./require-program.ts";
import { RoomNotFoundException, RoomService, RoomServiceClient } from "./room.ts";
import { ROOM_ANSWERS, roomHandler } from "./room-handler.ts";

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const idl = path("../../../idl/room.thrift");
const directory = mkdtempSync(join(tmpdir(), "roombridge-interop-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const KINDS = PROTOCOL_NAMES.flatMap((protocol) =>
  ["framed", "buffered"].flatMap((transport) =>
    ["plain", "multiplexed"].map((name) => [transport, protocol, name] as const),
  ),
);

/** npm fills absent fields with null. */
const withoutNulls = (answers: unknown): unknown =>
  JSON.parse(JSON.stringify(answers), (_, value: unknown) => value ?? undefined);

function requireCompiler(test: TestContext): void {
  requireProgram(test, "thrift", ["--version"], "thrift-compiler");
}

/** The code of Apache's compiler for npm's library, which is CommonJS. */
function generateForNode(): string {
  writeFileSync(join(directory, "package.json"), '{ "type": "commonjs" }');
  run("thrift", ["--gen", "js:node,es6", "-out", directory, idl]);
  return directory;
}

/** Debian's own: another one in PATH does not see Debian's packages. */
const PYTHON = "/usr/bin/python3";

function requirePython(test: TestContext): void {
  requireProgram(test, PYTHON, ["-c", "import thrift"], "python3-thrift");
}

function generateForPython(test: TestContext): string {
  requireCompiler(test);
  requirePython(test);
  run("thrift", ["--gen", "py", "-out", directory, idl]);
  return directory;
}

/** Generated code lies outside this package and still finds npm's library, and what that depends on, beside it. */
const nodeEnv = { ...process.env, NODE_PATH: dirname(realpathSync(path("../node_modules/thrift"))) };

async function serveRooms(options: Omit<ThriftServerOptions, "processors"> = {}): Promise<number> {
  const server = new ThriftServer({ processors: [createProcessor(RoomService, roomHandler)], ...options });
  onTestFinished(() => server.close({ deadlineMs: 0 }));
  return server.listen({ port: 0 });
}

/** Not synchronous: the server that it calls lives in this process. */
async function output(file: string, args: readonly string[], env = process.env): Promise<unknown> {
  const { stdout } = await promisify(execFile)(file, [...args], { env, timeout: 50_000 });
  return JSON.parse(stdout);
}

describe("our server", () => {
  it.for(KINDS)("answers npm's client: %s %s, %s", async ([transport, protocol, name], test) => {
    requireCompiler(test);
    const port = await serveRooms();
    const args = [path("peers/npm-client.ts"), generateForNode(), String(port), transport, protocol, name];
    expect(withoutNulls(await output(process.execPath, args, nodeEnv))).toEqual(ROOM_ANSWERS);
  });

  it.for(KINDS)("answers Debian's Python client: %s %s, %s", async ([transport, protocol, name], test) => {
    const port = await serveRooms();
    const args = [path("peers/python_client.py"), generateForPython(test), String(port), transport, protocol, name];
    expect(await output(PYTHON, args)).toEqual(ROOM_ANSWERS);
  });

  const HEADER_KINDS = ["binary", "compact"].flatMap((protocol) =>
    ["plain", "multiplexed"].map((name) => ["header", protocol, name] as const),
  );

  it.for(HEADER_KINDS)("answers Debian's Python client: %s %s, %s", async ([transport, protocol, name], test) => {
    const port = await serveRooms();
    const args = [path("peers/python_client.py"), generateForPython(test), String(port), transport, protocol, name];
    expect(await output(PYTHON, args)).toEqual(ROOM_ANSWERS);
  });

  it("answers npm's client: header binary, plain", async (test) => {
    requireCompiler(test);
    const port = await serveRooms();
    const args = [path("peers/npm-client.ts"), generateForNode(), String(port), "header", "binary", "plain"];
    expect(withoutNulls(await output(process.execPath, args, nodeEnv))).toEqual(ROOM_ANSWERS);
  });

  const HTTP_KINDS = PROTOCOL_NAMES.flatMap((protocol) =>
    ["plain", "multiplexed"].map((name) => ["http", protocol, name] as const),
  );
  const withToken = { http: { authenticate: (token?: string) => token === "interop" }, direct: "refuse" } as const;

  it.for(HTTP_KINDS)("answers both over HTTP with a token: %s %s, %s", async ([transport, protocol, name], test) => {
    const port = await serveRooms(withToken);
    const args = [String(port), transport, protocol, name];
    const python = [path("peers/python_client.py"), generateForPython(test), ...args];
    expect(await output(PYTHON, python)).toEqual(ROOM_ANSWERS);
    const npm = [path("peers/npm-client.ts"), generateForNode(), ...args];
    expect(withoutNulls(await output(process.execPath, npm, nodeEnv))).toEqual(ROOM_ANSWERS);
  });

  it.for([...KINDS, ...HTTP_KINDS])(
    "demands a certificate of both: %s %s, %s",
    async ([transport, protocol, name], test) => {
      requireCompiler(test);
      const authority = Authority.create(test);
      const port = await serveRooms({ tls: { ...authority.issue(), ca: authority.ca }, plain: "refuse" });
      const { certFile, keyFile } = authority.issue("client");
      const args = [String(port), transport, protocol, name, authority.caFile, certFile, keyFile];
      const python = [path("peers/python_client.py"), generateForPython(test), ...args];
      expect(await output(PYTHON, python)).toEqual(ROOM_ANSWERS);
      const npm = [path("peers/npm-client.ts"), generateForNode(), ...args];
      expect(withoutNulls(await output(process.execPath, npm, nodeEnv))).toEqual(ROOM_ANSWERS);
    },
  );
});

describe("curl", () => {
  it("calls by POST, twice on one connection", async (test) => {
    requireProgram(test, "curl", ["--version"], "curl");
    const port = await serveRooms({ http: { authenticate: (token) => token === "interop" } });
    writeFileSync(
      join(directory, "call.bin"),
      message("pppbool", (output) => {
        output.writeField(WireType.BOOL, 1);
        output.writeBool(true);
        output.writeStop();
      }),
    );
    const url = `http://127.0.0.1:${port}/`;
    const headers = ["--header", "Content-Type: application/x-thrift", "--header", "Authorization: Bearer interop"];
    const print = ["--write-out", "%{http_code} %{num_connects} %{content_type}\n", "--output", "/dev/null"];
    const body = ["--data-binary", `@${join(directory, "call.bin")}`];
    const args = ["--silent", "--show-error", ...headers, ...body, ...print, url, "--output", "/dev/null", url];
    const { stdout } = await promisify(execFile)("curl", args, { timeout: 50_000 });
    expect(stdout).toBe("200 1 application/x-thrift\n200 0 application/x-thrift\n");
  });
});

/** The port that a server prints once it listens. */
async function startPeer(file: string, args: readonly string[], env = process.env): Promise<number> {
  const server = spawn(file, args, { stdio: ["pipe", "pipe", "inherit"], env });
  onTestFinished(() => void server.kill("SIGKILL"));
  const early = once(server, "exit").then(([code]) => Promise.reject(new Error(`the peer ended with ${String(code)}`)));
  early.catch(() => {});
  const [port] = (await Promise.race([once(createInterface(server.stdout), "line"), early])) as [string];
  return Number(port);
}

async function expectAnswers(
  port: number,
  [transport, protocol, name]: (typeof KINDS)[number],
): Promise<RoomServiceClient> {
  const client = new ThriftClient({
    port,
    protocol,
    transport: transport === "framed" ? "framed" : "unframed",
    ...(name === "multiplexed" ? { serviceName: "RoomService" } : {}),
  });
  onTestFinished(() => client.close());
  const rooms = new RoomServiceClient(client);
  expect(await rooms.create()).toEqual({ id: "new", expires: 1.5, username: "u", password: "p" });
  expect(await rooms.get("here")).toEqual({ id: "here", expires: 2, username: "u" });
  expect((await rooms.lists()).map(({ id }) => id)).toEqual(["1", "2"]);
  expect([await rooms.pppbool(true), await rooms.pppbool(false)]).toEqual([true, false]);
  await expect(rooms.get("missing")).rejects.toThrow(RoomNotFoundException);
  await expect(rooms.get("missing")).rejects.toMatchObject({ reason: "gone" });
  return rooms;
}

// As servers both take the name of an old-style message for bytes: Python finds no method of that name, npm cannot split it.
const SERVED_BY_PYTHON = KINDS.filter(([, protocol]) => protocol !== "old-binary");
const SERVED_BY_NPM = KINDS.filter(([, protocol, name]) => protocol !== "old-binary" || name === "plain");

describe("our client", () => {
  it.for(SERVED_BY_NPM)("calls npm's server: %s %s, %s", async (kind, test) => {
    requireCompiler(test);
    const port = await startPeer(process.execPath, [path("peers/npm-server.ts"), generateForNode(), ...kind], nodeEnv);
    const rooms = await expectAnswers(port, kind);
    await expect(rooms.get("broken")).rejects.toMatchObject({ name: "ApplicationException", message: "no database" });
  });

  it.for(SERVED_BY_PYTHON)("calls Debian's Python server: %s %s, %s", async (kind, test) => {
    const port = await startPeer(PYTHON, [path("peers/python_server.py"), generateForPython(test), ...kind]);
    const rooms = await expectAnswers(port, kind);
    await expect(rooms.get("broken")).rejects.toMatchObject({ name: "ApplicationException", type: 6 });
  });
});

describe("the golden bytes", () => {
  const golden = (file: string) => readFileSync(goldenFile(file), "utf8").replaceAll(/\s/g, "");

  it.for(PROTOCOL_NAMES)("are what Debian's Python library writes: %s", async (protocol, test) => {
    requirePython(test);
    const written = run(PYTHON, [path("peers/golden.py"), protocol, path("golden/message.json")]).trim();
    expect(written).toBe(golden(`message.${protocol}.python.hex`));
  });

  it.for(["binary", "compact", "json"])("of unions and defaults are what Python writes: %s", (protocol, test) => {
    requireCompiler(test);
    requirePython(test);
    const code = join(directory, `types-${protocol}`);
    mkdirSync(code);
    const types = readFileSync(path("types.thrift"), "utf8");
    writeFileSync(join(code, "kinds.thrift"), types.replace('binary bytes = "räum"', 'binary bytes = ""'));
    copyFileSync(path("shared.thrift"), join(code, "shared.thrift"));
    run("thrift", ["-r", "--gen", "py", "-out", code, join(code, "kinds.thrift")]);
    const written = run(PYTHON, [path("peers/golden_types.py"), code, protocol]);
    expect(written).toBe(readFileSync(goldenFile(`types.${protocol}.python.hex`), "utf8"));
  });

  it.each(PROTOCOL_NAMES)("are what npm's library writes: %s", (protocol) => {
    for (const file of ["message", "uuid"]) {
      const written = run(process.execPath, [
        path("peers/npm-golden.ts"),
        protocol,
        path(`golden/${file}.json`),
      ]).trim();
      expect(written).toBe(golden(`${file}.${protocol}.npm.hex`));
    }
  });
});

describe("idl/room.thrift", () => {
  it("without its throws clause describes the service exactly as the published document does", async (test) => {
    requireCompiler(test);
    const own = readFileSync(idl, "utf8");
    const published = own.replace(" throws (1: RoomNotFoundException not_found)", "");
    expect(published).not.toBe(own);
    writeFileSync(join(directory, "room.thrift"), published);
    run("thrift", ["--gen", "markdown:suffix=md", "-out", directory, join(directory, "room.thrift")]);
    const markdown = await format(readFileSync(join(directory, "room.md"), "utf8"), { parser: "markdown" });
    expect(markdown).toBe(readFileSync(path("room.seed.md"), "utf8"));
  });
});
