import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { chmod, chown, mkdir, realpath, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

/** Who runs coturn and owns its files. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** Where coturn's files lie and who may read them. */
export interface CoturnDirectory {
  readonly path: string;
  /** Undefined for ourselves. */
  readonly account: Account | undefined;
}

/** For root's coturn: a data directory below a private home is out of reach for an unprivileged account. */
const SHARED_DIRECTORY = "/var/lib/roombridge";
const ACCOUNTS = ["turnserver", "_turnserver", "nobody"];

/** Finds the place without touching it. As root that is one of coturn's own account outside of `dataDir`. */
export async function coturnDirectory(dataDir: string): Promise<CoturnDirectory> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const base = await realpath(dataDir);
  if (process.getuid?.() !== 0) return { path: join(base, "coturn"), account: undefined };
  const hash = createHash("sha256").update(base).digest("hex").slice(0, 12);
  return { path: join(SHARED_DIRECTORY, `${hash}-coturn`), account: await unprivilegedAccount() };
}

/**
 * Makes the directory anew with these files in it, all private to the account. It changes hands last: as long as root
 * writes, nobody else can put a symbolic link in the way.
 */
export async function fillCoturnDirectory(
  { path, account }: CoturnDirectory,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  await rm(path, { recursive: true, force: true });
  if (account) {
    await mkdir(SHARED_DIRECTORY, { recursive: true });
    await chmod(SHARED_DIRECTORY, 0o755);
  }
  await mkdir(path, { mode: 0o700 });
  for (const [name, text] of Object.entries(files)) {
    await writeFile(join(path, name), text, { mode: 0o600, flag: "wx" });
    if (account) await chown(join(path, name), account.uid, account.gid);
  }
  if (account) await chown(path, account.uid, account.gid);
}

async function unprivilegedAccount(): Promise<Account> {
  for (const name of ACCOUNTS) {
    const [uid, gid] = await Promise.all([idOf("-u", name), idOf("-g", name)]);
    if (uid !== undefined && uid > 0 && gid !== undefined) return { uid, gid };
  }
  throw new Error(`coturn must not run as root, and none of the accounts ${ACCOUNTS.join(", ")} exists`);
}

async function idOf(option: "-u" | "-g", name: string): Promise<number | undefined> {
  const output = await promisify(execFile)("id", [option, name]).catch(() => undefined);
  const id = Number(output?.stdout ?? Number.NaN);
  return Number.isSafeInteger(id) ? id : undefined;
}
