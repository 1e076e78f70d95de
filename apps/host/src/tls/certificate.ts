import { createHash, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { isIP } from "node:net";
import { createSecureContext } from "node:tls";
import { type Logger, startLoop } from "@roombridge/service";

/** Read again and compared: a certificate is often replaced by swapping a link to its folder, of which nothing notifies. */
const POLL_MS = 5_000;

/** In PEM; the certificate with those between it and its authority. */
export interface Certificate {
  readonly cert: Buffer;
  readonly key: Buffer;
}

export interface CertificateSource {
  readonly current: () => Certificate;
  /** Calls back with each later one. Answers how to stop that. */
  readonly subscribe: (listener: (certificate: Certificate) => void) => () => void;
  readonly close: () => Promise<void>;
}

export interface CertificateFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

export interface CertificateOptions extends CertificateFiles {
  /** What players are told, and so the name that their TLS looks for. */
  readonly publicHost: string;
  readonly log: Logger;
  readonly pollMs?: number;
}

/**
 * The operator's certificate, read anew when its files change; while they are broken the one before stays in use, and one
 * line of the log says so. Rejects when they cannot be used from the start.
 */
export async function openCertificate(options: CertificateOptions): Promise<CertificateSource> {
  const { publicHost, log, pollMs = POLL_MS } = options;
  const listeners = new Set<(certificate: Certificate) => void>();
  let current = await read(options).catch((error: Error) => {
    const message = `HOST_TLS_CERT_FILE and HOST_TLS_KEY_FILE cannot be used: ${error.message}`;
    throw new Error(message, { cause: error });
  });
  let seen = digestOf(current);
  warn(current, publicHost, log);

  const loop = startLoop(pollMs, async () => {
    try {
      const found = await read(options);
      if (digestOf(found) === seen) return;
      seen = digestOf(found);
      current = found;
      log.info("TLS certificate of game servers reloaded");
      warn(current, publicHost, log);
      for (const listener of listeners) listener(current);
    } catch (error) {
      const problem = String(error);
      if (problem === seen) return;
      seen = problem;
      log.error({ err: error }, "TLS certificate of game servers not reloaded; the one before stays in use");
    }
  });
  return {
    current: () => current,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => loop.stop(),
  };
}

/** Throws when they are not there, are no certificate and key, or not of the same pair. */
async function read({ certFile, keyFile }: CertificateFiles): Promise<Certificate> {
  const [cert, key] = await Promise.all([readFile(certFile), readFile(keyFile)]);
  createSecureContext({ cert, key });
  return { cert, key };
}

/** What players' TLS will refuse is served all the same: the operator may know better, as with a tunnel in front. */
function warn({ cert }: Certificate, publicHost: string, log: Logger): void {
  const parsed = new X509Certificate(cert);
  if (parsed.validToDate.getTime() < Date.now()) {
    log.warn({ validTo: parsed.validTo }, "the TLS certificate of game servers has expired");
  }
  const isNamed = isIP(publicHost) === 0 ? parsed.checkHost(publicHost) : parsed.checkIP(publicHost);
  if (isNamed === undefined)
    log.warn({ publicHost }, "the TLS certificate of game servers is not for HOST_PUBLIC_HOST");
}

function digestOf({ cert, key }: Certificate): string {
  return createHash("sha256").update(cert).update("\0").update(key).digest("base64");
}
