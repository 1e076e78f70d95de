import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { requireProgram } from "@roombridge/testing";
import { onTestFinished } from "vitest";

/** A certificate for localhost that is its own authority, and serves for clients too. */
export interface SelfSigned {
  readonly certFile: string;
  readonly keyFile: string;
  readonly cert: string;
  readonly key: string;
}

/** Without it tests with certificates cannot run. */
export const hasOpenssl = requireProgram("openssl", "openssl") !== undefined;

/** Lives as long as the test. */
export function createSelfSigned(): SelfSigned {
  const directory = mkdtempSync(join(tmpdir(), "roombridge-rtc-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const [certFile, keyFile] = [join(directory, "tls.crt"), join(directory, "tls.key")];
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", keyFile];
  const name = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
  execFileSync("openssl", ["req", "-x509", ...key, ...name, "-days", "2", "-out", certFile], { stdio: "pipe" });
  return { certFile, keyFile, cert: readFileSync(certFile, "utf8"), key: readFileSync(keyFile, "utf8") };
}

/** Puts another pair in the place of one, the certificate first, as tools do. */
export function replaceWith(one: SelfSigned, other: SelfSigned): void {
  copyFileSync(other.certFile, one.certFile);
  copyFileSync(other.keyFile, one.keyFile);
}
