import { createHash, X509Certificate } from "node:crypto";
import { readFileSync, unwatchFile, watchFile } from "node:fs";
import { isIP } from "node:net";
import { createSecureContext } from "node:tls";
import type { Logger } from "@roombridge/service";

/** Polled, because a certificate is often replaced by swapping a link to its folder, of which nothing notifies. */
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
  readonly close: () => void;
}

export interface CertificateOptions {
  readonly certFile: string;
  readonly keyFile: string;
  /** What players are told, and so the name that their TLS looks for. */
  readonly publicHost: string;
  readonly log: Logger;
  readonly pollMs?: number;
}

/**
 * The operator's certificate, read anew when its files change; while they are broken the one before stays in use. Throws
 * when they cannot be used from the start.
 */
export function openCertificate(options: CertificateOptions): CertificateSource {
  const { certFile, keyFile, publicHost, log, pollMs = POLL_MS } = options;
  const listeners = new Set<(certificate: Certificate) => void>();
  const files = [certFile, keyFile];
  let current = read(certFile, keyFile);
  let tried = digestOf(current);
  warn(current, publicHost, log);

  const onChange = (): void => {
    try {
      const found = readFiles(certFile, keyFile);
      const digest = digestOf(found);
      // Both files of a pair tell of the same change.
      if (digest === tried) return;
      tried = digest;
      check(found);
      current = found;
      log.info("TLS certificate of game servers reloaded");
      warn(current, publicHost, log);
      for (const listener of listeners) listener(current);
    } catch (error) {
      log.error({ err: error }, "TLS certificate of game servers not reloaded; the one before stays in use");
    }
  };
  for (const file of files) watchFile(file, { interval: pollMs, persistent: false }, onChange);
  return {
    current: () => current,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => files.forEach((file) => unwatchFile(file, onChange)),
  };
}

function read(certFile: string, keyFile: string): Certificate {
  try {
    const found = readFiles(certFile, keyFile);
    check(found);
    return found;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`HOST_TLS_CERT_FILE and HOST_TLS_KEY_FILE cannot be used: ${reason}`, { cause: error });
  }
}

function readFiles(certFile: string, keyFile: string): Certificate {
  return { cert: readFileSync(certFile), key: readFileSync(keyFile) };
}

/** Throws when they are no certificate and key, or not of the same pair. */
function check({ cert, key }: Certificate): void {
  createSecureContext({ cert, key });
}

/** What players' TLS will refuse is still served: the operator may know better, as with a tunnel in front. */
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
