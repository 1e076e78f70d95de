import { readFile } from "node:fs/promises";

/** Who runs the server and owns its files. */
export interface ServerAccount {
  readonly uid: number;
  readonly gid: number;
}

/** PostgreSQL refuses to run as root: the accounts that stand in for it, best first. */
const STAND_INS = ["postgres", "nobody"];

/** The account that the server needs when we are root; undefined when we are an ordinary user and run it ourselves. */
export async function serverAccount(): Promise<ServerAccount | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const passwd = await readFile("/etc/passwd", "utf8").catch(() => "");
  return findAccount(passwd, STAND_INS);
}

/** The first of `names` that the text of /etc/passwd knows and that is not root; else nobody's usual number. */
export function findAccount(passwd: string, names: readonly string[]): ServerAccount {
  const accounts = new Map(
    passwd.split("\n").map((line) => {
      const [name = "", , uid, gid] = line.split(":");
      return [name, { uid: Number(uid), gid: Number(gid) }];
    }),
  );
  for (const name of names) {
    const account = accounts.get(name);
    if (account !== undefined && account.uid > 0 && account.gid > 0) return account;
  }
  return { uid: 65_534, gid: 65_534 };
}
