import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { join } from "node:path";
import type { DockerOptions } from "dockerode";

/** How to reach a Docker-compatible engine: the variables that its own command line tool reads. */
export interface EngineAddress {
  /** `unix:///path` or `tcp://host:port`. */
  readonly url: string;
  /** Holds ca.pem, cert.pem and key.pem; TLS is used when it is set. */
  readonly certPath?: string | undefined;
}

export const DEFAULT_ENGINE = "unix:///var/run/docker.sock";

/** What is wrong with DOCKER_HOST; undefined when nothing is. Plain TCP beyond loopback would be root for everybody. */
export function checkEngineUrl(url: string, hasTls: boolean): string | undefined {
  if (/^unix:\/\/\/./.test(url)) return undefined;
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.protocol !== "tcp:" || parsed.port === "") return "expected unix:///path or tcp://host:port";
  if (hasTls || isLoopback(hostnameOf(parsed))) return undefined;
  return "tcp beyond loopback needs TLS: DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH";
}

/** Throws when a certificate cannot be read. */
export function connectionOptions({ url, certPath }: EngineAddress): DockerOptions {
  // An empty host keeps the library from taking one from the environment.
  if (url.startsWith("unix://")) return { socketPath: url.slice("unix://".length), host: "" };
  const parsed = new URL(url);
  const address = { host: hostnameOf(parsed), port: parsed.port };
  if (certPath === undefined) return { ...address, protocol: "http" };
  const [ca, cert, key] = ["ca.pem", "cert.pem", "key.pem"].map((name) => readFileSync(join(certPath, name), "utf8"));
  return { ...address, protocol: "https", ca, cert, key };
}

/** True for an engine whose ports are ports of this machine, as far as the address tells. */
export function isOnThisMachine({ url }: EngineAddress): boolean {
  return url.startsWith("unix://") || isLoopback(hostnameOf(new URL(url)));
}

/** True for an address, or the name `localhost`, that nobody else can reach. */
function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}

/** The loopback address that players are told; undefined where they are told an address that others can reach. */
export function loopbackOf(publicHost: string): string | undefined {
  if (!isLoopback(publicHost)) return undefined;
  return publicHost === "localhost" ? "127.0.0.1" : publicHost;
}

function hostnameOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, "$1");
}
