import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "../require-program.ts";
import { deriveIdl } from "./derive-idl.ts";
import type { Dialect } from "./dialects.ts";
import type { Peer } from "./peers.ts";

const COMPILER = "thrift-compiler";
const DEADLINE_MS = 50_000;

/** The Debian packages that these peers need. */
export function packagesOf(peers: readonly Peer[]): readonly string[] {
  return [...new Set([COMPILER, ...peers.flatMap(({ packages }) => packages)])];
}

/** Those of them that are not installed. */
export function missingPackages(peers: readonly Peer[]): readonly string[] {
  return packagesOf(peers).filter((name) => installedVersion(name) === undefined);
}

/** Name and version of the library, as a recording names it. */
export function versionOf({ name, packages: [library] }: Peer): string {
  if (library !== undefined) return `${library} ${installedVersion(library)}`;
  const npmPackage = name === "npm" ? "thrift" : name;
  const version = run(process.execPath, ["-p", `require('${npmPackage}/package.json').version`], process.env);
  return `npm ${npmPackage} ${version}`.trim();
}

function installedVersion(name: string): string | undefined {
  const { status, stdout } = spawnSync("dpkg-query", ["-W", "-f", "${db:Status-Status} ${Version}", name], {
    encoding: "utf8",
  });
  return status === 0 && stdout.startsWith("installed ") ? stdout.slice("installed ".length) : undefined;
}

/** Generated code and compiled program of one peer. */
export class Workshop {
  readonly folder = mkdtempSync(join(tmpdir(), "roombridge-interop-"));
  readonly #command: readonly string[];

  /** Throws with the compiler's words. */
  constructor({ source, generator, build, command }: Peer) {
    const path = fileURLToPath(new URL(`peers/${source}`, import.meta.url));
    const idl = join(this.folder, "room.thrift");
    writeFileSync(idl, deriveIdl());
    mkdirSync(join(this.folder, "gen"));
    mkdirSync(join(this.folder, "classes"));
    run("thrift", ["--gen", generator, "-out", join(this.folder, "gen"), idl]);
    if (build !== undefined) run("sh", ["-ec", `cd "$0"\n${build}`, this.folder, path]);
    this.#command = command.map((part) => (part === "$source" ? path : part));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Runs the client against a port; resolves to its lines by their calls. */
  async playScript(dialect: Dialect, port: number, authority?: string): Promise<Record<string, unknown>> {
    const client = this.#spawn("client", dialect, port, authority);
    const kill = setTimeout(() => client.kill("SIGKILL"), DEADLINE_MS);
    const output = client.stdout.setEncoding("utf8").toArray();
    const complaints = client.stderr.setEncoding("utf8").toArray();
    const [code] = (await once(client, "close")) as [number | null];
    clearTimeout(kill);
    const lines = (await output).join("").split("\n").filter(Boolean);
    const answers = lines.map((line) => {
      const { call, ...answer } = JSON.parse(line) as { call: string };
      return [call, answer] as const;
    });
    const problem = code === 0 ? {} : { "exit code": code, "standard error": (await complaints).join("") };
    return { ...Object.fromEntries(answers), ...problem };
  }

  /** Starts the server; resolves when it listens, to its port and its end. */
  async serve(dialect: Dialect): Promise<{ readonly port: number; readonly stop: () => Promise<void> }> {
    const port = await freePort();
    const server = this.#spawn("server", dialect, port);
    server.stdout.resume();
    const complaints = server.stderr.setEncoding("utf8").toArray();
    const closed = once(server, "close");
    const stop = async () => {
      server.kill("SIGKILL");
      await closed;
    };
    const deadline = performance.now() + DEADLINE_MS;
    while (!(await isListening(port))) {
      if (server.exitCode !== null || performance.now() > deadline) {
        await stop();
        throw new Error(`the server does not listen: ${server.exitCode} ${(await complaints).join("")}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return { port, stop };
  }

  #spawn(role: string, { transport, encoding, isMultiplexed }: Dialect, port: number, authority?: string) {
    const [file = "", ...args] = this.#command;
    const naming = isMultiplexed ? "multiplexed" : "plain";
    const own = [role, transport, encoding, naming, String(port), ...(authority === undefined ? [] : [authority])];
    return spawn(file, [...args, ...own], { cwd: this.folder, stdio: ["ignore", "pipe", "pipe"] });
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect({ host: "127.0.0.1", port });
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
