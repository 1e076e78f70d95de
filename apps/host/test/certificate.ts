import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, type ConnectionOptions, type TLSSocket } from "node:tls";
import { once } from "node:events";
import { onTestFinished } from "vitest";

export interface TestCertificate {
  readonly certFile: string;
  readonly keyFile: string;
  readonly cert: string;
}

/** For localhost and 127.0.0.1, for the length of the test; it is its own authority. */
export function createCertificate(): TestCertificate {
  const directory = mkdtempSync(join(tmpdir(), "roombridge-certificate-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const [certFile, keyFile] = [join(directory, "cert.pem"), join(directory, "key.pem")];
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", keyFile];
  const name = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
  execFileSync("openssl", ["req", "-x509", ...key, ...name, "-days", "2", "-out", certFile], { stdio: "pipe" });
  return { certFile, keyFile, cert: readFileSync(certFile, "utf8") };
}

/** Puts the files of one in the place of the other's. */
export function replaceCertificate({ certFile, keyFile }: TestCertificate, by: TestCertificate): void {
  copyFileSync(by.certFile, certFile);
  copyFileSync(by.keyFile, keyFile);
}

/** Missing in the types of `tls.connect`, which takes it. */
type PlayerOptions = ConnectionOptions & { readonly allowHalfOpen?: boolean };

/** A player's connection, verified; fails as a handshake does. */
export async function connectTls(port: number, ca: string, options: PlayerOptions = {}): Promise<TLSSocket> {
  const all: PlayerOptions = { port, host: "127.0.0.1", ca, ...options };
  const socket = connect(all);
  onTestFinished(() => void socket.destroy());
  await once(socket, "secureConnect");
  return socket;
}
