import { execFile, execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { closeSync, openSync } from "node:fs";
import { chown, cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { freePort, guardProcessGroup, waitFor } from "@roombridge/testing";

const run = promisify(execFile);
const ROOT = "/usr/lib/postgresql";
const STARTED_MS = 30_000;

/** Where Debian keeps the programs of its newest PostgreSQL; undefined when there is none. */
export async function findDebianPostgres(): Promise<string | undefined> {
  const versions = (await readdir(ROOT).catch(() => [])).map(Number).filter((version) => version >= 15);
  return versions.length === 0 ? undefined : join(ROOT, String(Math.max(...versions)), "bin");
}

/** `fast` ends sessions and writes a checkpoint; `immediate` is a crash. */
export type StopMode = "fast" | "immediate";

/** A PostgreSQL of Debian's, durable as in production, with its WAL archived; on one port, whatever directory it runs on. */
export class DebianPostgres {
  readonly #bin: string;
  readonly #home: string;
  readonly #port: number;
  readonly #password = randomBytes(12).toString("hex");
  readonly #account: { readonly uid: number; readonly gid: number } | undefined;
  #running: { readonly pid: number; readonly exited: Promise<void> } | undefined;

  private constructor(bin: string, home: string, port: number) {
    this.#bin = bin;
    this.#home = home;
    this.#port = port;
    // PostgreSQL refuses to run as root.
    this.#account = process.getuid?.() === 0 ? { uid: idOf("-u"), gid: idOf("-g") } : undefined;
  }

  /** An empty server. */
  static async start(bin: string): Promise<DebianPostgres> {
    const home = await mkdtemp(join(tmpdir(), "roombridge-operation-"));
    const server = new DebianPostgres(bin, home, await freePort());
    await server.#own(home);
    await mkdir(server.archive);
    await server.#own(server.archive);
    await server.initialise("main");
    await server.launch("main");
    return server;
  }

  get url(): string {
    return `postgres://postgres:${this.#password}@127.0.0.1:${this.#port}/postgres`;
  }

  get archive(): string {
    return join(this.#home, "archive");
  }

  directory(name: string): string {
    return join(this.#home, name);
  }

  /** Another empty cluster, beside the one that runs. */
  async initialise(name: string): Promise<void> {
    const passwordFile = join(this.#home, "password");
    await writeFile(passwordFile, this.#password);
    await this.#own(passwordFile);
    const options = ["--auth=scram-sha-256", "--username=postgres", `--pwfile=${passwordFile}`, "--encoding=UTF8"];
    await this.program("initdb", [...options, "-D", this.directory(name)]);
  }

  /** Starts the server on a cluster; returns when it takes connections. */
  async launch(name: string): Promise<void> {
    const settings = {
      port: String(this.#port),
      listen_addresses: "127.0.0.1",
      unix_socket_directories: "",
      archive_mode: "on",
      // Killed in the middle it must not leave half a segment under its name.
      archive_command: `test -f ${this.archive}/%f || { cp %p ${this.archive}/%f.part && mv ${this.archive}/%f.part ${this.archive}/%f; }`,
      restore_command: `cp ${this.archive}/%f %p`,
      // Without it 16 MB would be filled before the first segment is archived.
      archive_timeout: "2s",
      max_connections: "200",
    };
    const args = Object.entries(settings).flatMap(([key, value]) => ["-c", `${key}=${value}`]);
    const logFile = join(this.#home, `${name}.log`);
    const log = openSync(logFile, "a");
    const child = spawn(join(this.#bin, "postgres"), ["-D", this.directory(name), ...args], {
      ...this.#account,
      cwd: "/",
      env: { PATH: "/usr/bin:/bin", LC_ALL: "C.UTF-8" },
      stdio: ["ignore", log, log],
      detached: true,
    });
    closeSync(log);
    const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    if (child.pid === undefined) throw new Error("postgres could not be started");
    const release = guardProcessGroup(child.pid);
    void exited.then(release);
    this.#running = { pid: child.pid, exited };
    const ready = waitFor(() => this.program("pg_isready", ["-q", "-d", this.url]).then(() => true), {
      what: "the server to take connections",
      timeoutMs: STARTED_MS,
    });
    const ended = exited.then(async () => {
      this.#running = undefined;
      throw new Error(`the server has ended:\n${await readFile(logFile, "utf8")}`);
    });
    ended.catch(() => {});
    await Promise.race([ready, ended]);
  }

  async stop(mode: StopMode): Promise<void> {
    const running = this.#running;
    if (!running) return;
    process.kill(running.pid, mode === "fast" ? "SIGINT" : "SIGQUIT");
    await running.exited;
  }

  /** What is left of the WAL of a cluster whose data are lost. */
  async copyWal(from: string, to: string): Promise<void> {
    await cp(join(this.directory(from), "pg_wal"), join(this.directory(to), "pg_wal"), {
      recursive: true,
      force: true,
    });
    await run("chown", ["-R", `--reference=${this.directory(from)}`, join(this.directory(to), "pg_wal")]);
  }

  /** A client or server program of Debian's, with the account of the server. */
  async program(name: string, args: readonly string[]): Promise<void> {
    await run(join(this.#bin, name), [...args], {
      ...this.#account,
      cwd: "/",
      env: { PATH: "/usr/bin:/bin", LC_ALL: "C.UTF-8" },
    });
  }

  async remove(): Promise<void> {
    await this.stop("fast");
    await rm(this.#home, { recursive: true, force: true });
  }

  async #own(path: string): Promise<void> {
    if (this.#account) await chown(path, this.#account.uid, this.#account.gid);
  }
}

function idOf(option: "-u" | "-g"): number {
  return Number(execFileSync("id", [option, "postgres"], { encoding: "utf8" }));
}
