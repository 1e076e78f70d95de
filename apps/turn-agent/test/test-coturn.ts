import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, waitFor } from "@roombridge/testing";

export interface StartOptions {
  /** `database` (default): users of the view; `secrets`: secrets of the view (TURN_MODE=rest); `none`: everybody may relay. */
  readonly authentication?: "database" | "secrets" | "none";
}

/** What a coturn listens on and whom it asks; the same over its restarts. */
export interface TestCoturn {
  readonly host: string;
  readonly port: number;
  readonly cliPort: number;
  readonly cliPassword: string;
  /** Resolves when it answers on both ports. */
  start(options?: StartOptions): Promise<void>;
  /** SIGKILL; its sessions are gone. */
  kill(): Promise<void>;
  /** SIGSTOP and SIGCONT: it is there and does not answer. */
  freeze(): void;
  thaw(): void;
  remove(): Promise<void>;
}

const HOST = "127.0.0.1";
/** Of relayed sockets: coturn from 4.13 on denies the database's address as a peer. */
export const RELAY_IP = process.platform === "linux" ? "127.0.0.2" : HOST;

/** A coturn on the views of a database, as the role of this URL. */
export async function testCoturn(binary: string, databaseUrl: URL): Promise<TestCoturn> {
  const folder = mkdtempSync(join(tmpdir(), "turn-agent-test-"));
  const port = await freePort();
  const cliPort = await freePort();
  const cliPassword = randomBytes(12).toString("hex");
  let child: ChildProcess | undefined;

  const kill = async (): Promise<void> => {
    const running = child;
    child = undefined;
    if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
    running.kill("SIGKILL");
    await once(running, "exit");
  };
  return {
    host: HOST,
    port,
    cliPort,
    cliPassword,
    async start({ authentication = "database" } = {}) {
      const { hostname, port: databasePort, pathname, username, password } = databaseUrl;
      const database = `host=${hostname} port=${databasePort} dbname=${pathname.slice(1)} user=${username} password=${password} connect_timeout=2`;
      const ways = {
        database: ["lt-cred-mech", `psql-userdb=${database}`],
        secrets: ["use-auth-secret", `psql-userdb=${database}`],
        none: ["no-auth", `userdb=${join(folder, "unused")}`],
      };
      const config = [
        ...[`listening-ip=${HOST}`, `listening-port=${port}`, `relay-ip=${RELAY_IP}`, "realm=roombridge"],
        ...ways[authentication],
        ...["fingerprint", "allow-loopback-peers", "user-quota=64", "no-tls", "no-dtls", "no-tcp-relay"],
        ...["cli-ip=127.0.0.1", `cli-port=${cliPort}`, `cli-password=${cliPassword}`],
        ...["log-file=stdout", `pidfile=${join(folder, "pid")}`],
      ];
      const file = join(folder, "turnserver.conf");
      writeFileSync(file, `${config.join("\n")}\n`);
      child = spawn(binary, ["-c", file], { stdio: "ignore", env: {} });
      await once(child, "spawn");
      await waitFor(() => accepts(port).then(async (first) => first && (await accepts(cliPort))), {
        what: "coturn to listen",
        timeoutMs: 20_000,
      });
    },
    kill,
    freeze: () => void child?.kill("SIGSTOP"),
    thaw: () => void child?.kill("SIGCONT"),
    async remove() {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, HOST, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}
