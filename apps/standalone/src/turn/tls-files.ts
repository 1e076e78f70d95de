import type { ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { unwatchFile, watchFile } from "node:fs";
import { open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { createSecureContext } from "node:tls";
import type { CoturnDirectory } from "./coturn-directory.ts";
import type { LogLines } from "./log-lines.ts";

/** Certificate, with its chain, and key; both in PEM. */
export interface TlsFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

const CERT = "tls-cert.pem";
const KEY = "tls-key.pem";
/** Polled, because a certificate is often replaced by swapping a link to its folder, of which nothing notifies. */
const POLL_MS = 5_000;

/** Where coturn finds its own copies: it runs as an account that may not read the key where it lies. */
export function tlsPathsIn(directory: string): TlsFiles {
  return { certFile: join(directory, CERT), keyFile: join(directory, KEY) };
}

/** The contents by the name of the copy. Throws an Error, without contents, when they cannot be read or do not fit together. */
export async function readTlsFiles({ certFile, keyFile }: TlsFiles): Promise<Record<string, string>> {
  const [cert, key] = await Promise.all([readFile(certFile, "utf8"), readFile(keyFile, "utf8")]);
  try {
    createSecureContext({ cert, key });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`TURN cannot use the certificate ${certFile} with the key ${keyFile}: ${reason}`, { cause });
  }
  return { [CERT]: cert, [KEY]: key };
}

/**
 * Gives coturn new copies when a file has changed. While the files do not fit together the old ones stay in use.
 * Answers how to stop.
 */
export function watchTlsFiles(
  { pollMs = POLL_MS, ...files }: TlsFiles & { readonly pollMs?: number },
  {
    directory,
    child,
    log,
  }: { readonly directory: CoturnDirectory; readonly child: ChildProcess; readonly log: Pick<LogLines, "add"> },
): () => void {
  const copy = async (): Promise<void> => {
    for (const [name, text] of Object.entries(await readTlsFiles(files))) await replace(directory, name, text);
    // coturn reads certificate and key again.
    child.kill("SIGUSR2");
  };
  const onChange = (): void => {
    copy().catch((error: unknown) => {
      log.add(`TURN: WARNING: ${error instanceof Error ? error.message : String(error)}; the one before stays in use`);
    });
  };
  const paths = [files.certFile, files.keyFile];
  for (const path of paths) watchFile(path, { interval: pollMs, persistent: false }, onChange);
  return () => {
    for (const path of paths) unwatchFile(path, onChange);
  };
}

/** The directory is the account's by now: no name in it that we did not make ourselves is written to or given away. */
async function replace({ path, account }: CoturnDirectory, name: string, text: string): Promise<void> {
  const temporary = join(path, `${name}.${randomBytes(8).toString("hex")}`);
  const file = await open(temporary, "wx", 0o600);
  try {
    await file.writeFile(text);
    if (account) await file.chown(account.uid, account.gid);
  } finally {
    await file.close();
  }
  await rename(temporary, join(path, name));
}
