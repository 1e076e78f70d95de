import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { requireProgram } from "@roombridge/testing";
import { onTestFinished } from "vitest";

/** Without it tests with certificates cannot run. */
export const hasOpenssl = requireProgram("openssl", "openssl") !== undefined;

/** A folder for DOCKER_CERT_PATH, for the length of the test; the certificate is its own authority. */
export function createEngineCertificates() {
  const directory = mkdtempSync(join(tmpdir(), "roombridge-certificates-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const [certFile, keyFile] = [join(directory, "cert.pem"), join(directory, "key.pem")];
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", keyFile];
  const name = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
  execFileSync("openssl", ["req", "-x509", ...key, ...name, "-days", "2", "-out", certFile], { stdio: "pipe" });
  copyFileSync(certFile, join(directory, "ca.pem"));
  return { directory, cert: readFileSync(certFile, "utf8"), key: readFileSync(keyFile, "utf8") };
}
