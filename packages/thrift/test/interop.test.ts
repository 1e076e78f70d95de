import { execFile, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { format } from "prettier";
import { afterAll, describe, expect, it, onTestFinished, type TestContext } from "vitest";
import { createProcessor, ThriftClient, ThriftServer, type ThriftServerOptions } from "../src/index.ts";
import { Authority } from "./certificates.ts";
import { requireProgram, run } from "./require-program.ts";
import { RoomNotFoundException, RoomService, RoomServiceClient } from "./room.ts";
import { ROOM_ANSWERS, roomHandler } from "./room-handler.ts";

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const idl = path("../../../idl/room.thrift");
const directory = mkdtempSync(join(tmpdir(), "roombridge-interop-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const KINDS = [
  ["framed", "plain"],
  ["framed", "multiplexed"],
  ["buffered", "plain"],
  ["buffered", "multiplexed"],
] as const;

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

function generateForPython(test: TestContext): string {
  requireCompiler(test);
  requireProgram(test, "/usr/bin/python3", ["-c", "import thrift"], "python3-thrift");
  run("thrift", ["--gen", "py", "-out", directory, idl]);
  return directory;
}

/** Generated code lies outside this package and still finds npm's library, and what that depends on, beside it. */
const nodeEnv = { ...process.env, NODE_PATH: dirname(realpathSync(path("../node_modules/thrift"))) };

async function serveRooms(options: Pick<ThriftServerOptions, "tls" | "plain"> = {}): Promise<number> {
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
  it.for(KINDS)("answers npm's client: %s, %s", async ([transport, name], test) => {
    requireCompiler(test);
    const port = await serveRooms();
    const args = [path("peers/npm-client.ts"), generateForNode(), String(port), transport, name];
    expect(withoutNulls(await output(process.execPath, args, nodeEnv))).toEqual(ROOM_ANSWERS);
  });

  it.for(KINDS)("answers Debian's Python client: %s, %s", async ([transport, name], test) => {
    requireCompiler(test);
    const port = await serveRooms();
    const args = [path("peers/python_client.py"), generateForPython(test), String(port), transport, name];
    expect(await output("/usr/bin/python3", args)).toEqual(ROOM_ANSWERS);
  });

  it.for(KINDS)("demands a certificate of both: %s, %s", async ([transport, name], test) => {
    requireCompiler(test);
    const authority = Authority.create(test);
    const port = await serveRooms({ tls: { ...authority.issue(), ca: authority.ca }, plain: "refuse" });
    const { certFile, keyFile } = authority.issue("client");
    const args = [String(port), transport, name, authority.caFile, certFile, keyFile];
    const python = [path("peers/python_client.py"), generateForPython(test), ...args];
    expect(await output("/usr/bin/python3", python)).toEqual(ROOM_ANSWERS);
    const npm = [path("peers/npm-client.ts"), generateForNode(), ...args];
    expect(withoutNulls(await output(process.execPath, npm, nodeEnv))).toEqual(ROOM_ANSWERS);
  });
});

describe("our client", () => {
  it.for(KINDS)("calls npm's server: %s, %s", async ([transport, name], test) => {
    requireCompiler(test);
    const args = [path("peers/npm-server.ts"), generateForNode(), transport, name];
    const server = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"], env: nodeEnv });
    onTestFinished(() => void server.kill("SIGKILL"));
    const early = once(server, "exit").then(([code]) =>
      Promise.reject(new Error(`npm's server ended with ${String(code)}`)),
    );
    const [port] = (await Promise.race([once(createInterface(server.stdout), "line"), early])) as [string];
    early.catch(() => {});
    const client = new ThriftClient({
      port: Number(port),
      isFramed: transport === "framed",
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
    await expect(rooms.get("broken")).rejects.toMatchObject({ name: "ApplicationException", message: "no database" });
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
