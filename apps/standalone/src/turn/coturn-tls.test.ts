import { randomBytes, X509Certificate } from "node:crypto";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, type SecureVersion } from "node:tls";
import { requireProgram, waitFor } from "@roombridge/testing";
import { allocate, type Allocation } from "@roombridge/turn-client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { restCredential } from "../../test/rest-credential.ts";
import { selfSigned } from "../../test/self-signed.ts";
import { type Coturn, type CoturnOptions, startCoturn } from "./coturn.ts";

const binary = requireProgram("turnserver", "coturn") ?? "";
const openssl = requireProgram("openssl", "openssl");
const HOST = "127.0.0.1";

describe.skipIf(binary === "" || openssl === undefined)("a real coturn with a certificate and one secret", () => {
  const folder = mkdtempSync(join(tmpdir(), "coturn-tls-"));
  const secret = randomBytes(24).toString("base64url");
  const lines: string[] = [];
  let options: CoturnOptions;
  let coturn: Coturn;
  let files: { certFile: string; keyFile: string };

  beforeAll(async () => {
    files = selfSigned(folder);
    options = {
      binary,
      dataDir: join(folder, "data"),
      host: HOST,
      port: 0,
      minPort: 49152,
      maxPort: 65535,
      realm: "roombridge",
      // Nobody listens there: with a secret of its own coturn asks no database.
      database: { host: HOST, port: 1, database: "none", user: "none", password: "very secret" },
      credentials: { secret },
      tls: { port: 0, pollMs: 100, ...files },
      config: { verbose: true },
      onLine: (line) => lines.push(line),
    };
    coturn = await startCoturn(options);
  });

  afterAll(async () => {
    await coturn.stop();
    rmSync(folder, { recursive: true });
  });

  test("two players behind turns: reach each other", async () => {
    await using cleanup = new AsyncDisposableStack();
    const [one, other] = [await allocated(cleanup), await allocated(cleanup)];
    expect(await one.createPermission(other.relayed.address)).toEqual({ ok: true });
    expect(await other.createPermission(one.relayed.address)).toEqual({ ok: true });
    one.send(other.relayed, "there");
    expect(await other.receive()).toMatchObject({ from: one.relayed, data: Buffer.from("there") });
  });

  test("a client that does not know the certificate refuses the relay", async () => {
    const options = { ...restCredential(secret), host: HOST, port: tlsPort(), transport: "tls" } as const;
    await expect(allocate(options)).rejects.toThrow(/self.signed certificate/);
  });

  test.each(["TLSv1", "TLSv1.1"] as const)(
    "%s is refused: by an alert, or by silence from older coturns",
    async (version) => {
      expect(await handshake(version, "DEFAULT:@SECLEVEL=0")).toMatch(
        /alert (?:protocol version|handshake failure)|no answer/,
      );
    },
  );

  test("TLS 1.2 is spoken, and a cipher without forward secrecy refused", async () => {
    expect(await handshake("TLSv1.2", "ECDHE+AESGCM")).toBe("TLSv1.2");
    expect(await handshake("TLSv1.2", "AES128-SHA")).toMatch(/alert handshake failure/);
  });

  test("the listener of datagrams speaks no DTLS", () => {
    expect(lines.filter((line) => /DTLS listener opened/.test(line))).toEqual([]);
    expect(lines.filter((line) => /TLS\S* listener opened/.test(line))).not.toEqual([]);
  });

  test("coturn reads copies of the files, private to its account", () => {
    for (const name of ["tls-cert.pem", "tls-key.pem"]) {
      expect(statSync(join(coturn.directory, name))).toMatchObject({
        mode: 0o100600,
        uid: statSync(coturn.directory).uid,
      });
    }
  });

  test("a certificate that is replaced serves from then on; one that does not fit its key does not", async () => {
    const { certFile, keyFile } = selfSigned(folder, "stranger");
    const keyBefore = readFileSync(files.keyFile, "utf8");
    writeFileSync(files.keyFile, readFileSync(keyFile));
    await waitFor(() => lines.some((line) => line.includes("the one before stays in use")), {
      what: "the complaint about a key without its certificate",
      timeoutMs: 30_000,
    });
    expect(lines.join()).not.toContain(keyBefore.split("\n")[1]);
    expect(await servedCertificate()).toContain("CN=relay");
    copyFileSync(certFile, files.certFile);
    await waitFor(async () => (await servedCertificate()).includes("CN=stranger"), {
      what: "the new certificate to be served",
      timeoutMs: 30_000,
    });
  });

  test("a certificate that is missing or does not fit its key stops the start, without contents", async () => {
    const other = selfSigned(folder, "other");
    const start = (tls: Partial<typeof files>) =>
      startCoturn({ ...options, dataDir: join(folder, "wrong"), tls: { port: 0, ...files, ...tls } });
    await expect(start({ certFile: "/does/not/exist" })).rejects.toThrow("/does/not/exist");
    await expect(start({ keyFile: other.keyFile })).rejects.toThrow(`with the key ${other.keyFile}: `);
    await expect(start({ keyFile: other.certFile })).rejects.toThrow(/^TURN cannot use the certificate/);
  });

  test("a taken port for TLS is named", async () => {
    const tls = { ...files, port: tlsPort() };
    await expect(startCoturn({ ...options, dataDir: join(folder, "taken"), tls })).rejects.toThrow("TURN_TLS_PORT");
  });

  test("neither its lines nor its arguments hold the secret, which stands in a private file alone", () => {
    expect(lines.filter((line) => line.includes(secret) || line.includes("[redacted]"))).toEqual([]);
    const config = join(coturn.directory, "turnserver.conf");
    expect(readFileSync(config, "utf8")).toContain(`static-auth-secret=${secret}`);
    expect(statSync(config).mode & 0o777).toBe(0o600);
    if (process.platform === "linux") {
      const process = ["cmdline", "environ"].map((name) => readFileSync(`/proc/${coturn.pid}/${name}`, "utf8"));
      expect(process.join()).not.toContain(secret);
    }
  });

  function tlsPort(): number {
    return coturn.tlsPort ?? 0;
  }

  async function allocated(cleanup: AsyncDisposableStack): Promise<Allocation> {
    const result = await allocate({
      ...restCredential(secret),
      host: HOST,
      port: tlsPort(),
      transport: "tls",
      tls: { ca: readFileSync(files.certFile) },
    });
    if (!result.ok) throw new Error(`allocate was refused: ${result.code} ${result.reason}`);
    cleanup.defer(() => result.close());
    return result;
  }

  /** The version that client and server agree on, or why they do not. */
  function handshake(version: SecureVersion, ciphers: string): Promise<string> {
    const socket = connect({
      ...{ host: HOST, port: tlsPort(), minVersion: version, maxVersion: version, ciphers },
      ca: readFileSync(files.certFile),
    });
    return new Promise((resolve) => {
      socket.once("secureConnect", () => resolve(socket.getProtocol() ?? "none"));
      socket.once("error", (error) => resolve(error.message));
      socket.setTimeout(2_000, () => resolve("no answer"));
    }).then((result) => {
      socket.destroy();
      return String(result);
    });
  }

  function servedCertificate(): Promise<string> {
    const socket = connect({ host: HOST, port: tlsPort(), rejectUnauthorized: false });
    return new Promise<string>((resolve, reject) => {
      socket.once("secureConnect", () => {
        const certificate = socket.getPeerX509Certificate();
        resolve(certificate instanceof X509Certificate ? certificate.subject : "none");
      });
      socket.once("error", reject);
    }).finally(() => socket.destroy());
  }
});
