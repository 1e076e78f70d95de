import { readFileSync, unwatchFile, watchFile } from "node:fs";
import type { Logger } from "@roombridge/service";
import type { TlsOptions } from "@roombridge/thrift";
import type { Env } from "./env.ts";

/** Polled, because a certificate is often replaced by swapping a link to its folder, of which nothing notifies. */
const POLL_MS = 5_000;

export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
  readonly ca?: string;
}

/** Undefined without TLS. */
export function tlsFilesOf(env: Env): TlsFiles | undefined {
  const { RTC_TLS_CERT_FILE: cert, RTC_TLS_KEY_FILE: key, RTC_TLS_CA_FILE: ca } = env;
  return cert === undefined || key === undefined ? undefined : { cert, key, ...(ca === undefined ? {} : { ca }) };
}

export function readTlsFiles({ cert, key, ca }: TlsFiles): TlsOptions {
  const pair = { cert: readFileSync(cert), key: readFileSync(key) };
  return ca === undefined ? pair : { ...pair, ca: readFileSync(ca) };
}

/** Calls `reload` when a file has changed. While they do not fit together the old ones stay in use. Answers how to stop. */
export function watchTlsFiles(
  files: TlsFiles,
  {
    reload,
    log,
    pollMs = POLL_MS,
  }: { readonly reload: (tls: TlsOptions) => void; readonly log: Logger; readonly pollMs?: number },
): () => void {
  const onChange = () => {
    try {
      reload(readTlsFiles(files));
      log.info("TLS certificate reloaded");
    } catch (err) {
      log.error({ err }, "TLS certificate not reloaded; the one before stays in use");
    }
  };
  const paths = Object.values(files);
  for (const path of paths) watchFile(path, { interval: pollMs, persistent: false }, onChange);
  return () => {
    for (const path of paths) unwatchFile(path, onChange);
  };
}
