import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished, type TestContext } from "vitest";
import { requireProgram, run } from "./require-program.ts";

export interface Certificate {
  readonly cert: string;
  readonly key: string;
  readonly certFile: string;
  readonly keyFile: string;
}

const EC_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];

/** A certificate authority that lives as long as the test. */
export class Authority {
  readonly #directory = mkdtempSync(join(tmpdir(), "roombridge-tls-"));
  readonly caFile = join(this.#directory, "ca.crt");
  readonly ca: string;
  #issued = 0;

  private constructor() {
    const files = ["-keyout", join(this.#directory, "ca.key"), "-out", this.caFile];
    run("openssl", ["req", "-x509", ...EC_KEY, "-days", "2", "-subj", "/CN=test authority", ...files]);
    this.ca = readFileSync(this.caFile, "utf8");
    onTestFinished(() => rmSync(this.#directory, { recursive: true, force: true }));
  }

  /** Skips the test, loudly, where openssl is missing. */
  static create(test: TestContext): Authority {
    requireProgram(test, "openssl", ["version"], "openssl");
    return new Authority();
  }

  /** For localhost and 127.0.0.1, and for clients; less than one day: it has expired. */
  issue(commonName = "localhost", days = 2): Certificate {
    const stem = join(this.#directory, String((this.#issued += 1)));
    const [certFile, keyFile] = [`${stem}.crt`, `${stem}.key`];
    run("openssl", ["req", ...EC_KEY, "-subj", `/CN=${commonName}`, "-keyout", keyFile, "-out", `${stem}.csr`]);
    writeFileSync(`${stem}.ext`, "subjectAltName=DNS:localhost,IP:127.0.0.1\n");
    const issuer = ["-CA", this.caFile, "-CAkey", join(this.#directory, "ca.key"), "-CAcreateserial"];
    const subject = ["-in", `${stem}.csr`, "-extfile", `${stem}.ext`, "-out", certFile];
    run("openssl", ["x509", "-req", ...issuer, ...subject, "-days", String(days)]);
    return { cert: readFileSync(certFile, "utf8"), key: readFileSync(keyFile, "utf8"), certFile, keyFile };
  }
}
