import { dirname, join } from "node:path";
import { type DataDirectory, recordFile } from "./data-directory.ts";
import { SUPERUSER } from "./initialise-cluster.ts";

/** A port that the commands use for the old server; any free one does. */
const MOVE_PORT = 54_329;

/** What to type when the cluster was made by another major version than ours. */
export function otherVersionMessage(directory: DataDirectory, version: { made: string; ours: string }): string {
  const { cluster, account, path } = directory;
  const run = account === undefined ? "" : `setpriv --reuid=${account.uid} --regid=${account.gid} --clear-groups `;
  const dump = join(path, `postgres-${version.made}.dump`);
  const bin = `/usr/lib/postgresql/${version.made}/bin`;
  const database = `-h 127.0.0.1 -p ${MOVE_PORT} -U ${SUPERUSER}`;
  return [
    `The database in ${cluster} was made by PostgreSQL ${version.made}; this release brings ${version.ours} and cannot open it.`,
    `To move the data, install PostgreSQL ${version.made} (its programs are in ${bin} on Debian). The password is in ${recordFile(directory)}.`,
    `  cd ${dirname(cluster)}`,
    `  ${run}${bin}/pg_ctl -D '${cluster}' -w -l /dev/null -o "-p ${MOVE_PORT} -h 127.0.0.1 -k ''" start`,
    `  ${bin}/pg_dump ${database} -Fc -f '${dump}' postgres`,
    `  ${run}${bin}/pg_ctl -D '${cluster}' -w stop`,
    `  mv '${cluster}' '${cluster}.${version.made}'`,
    `Start Roombridge once: it makes an empty database and prints where its connection string is. Then`,
    `  ${bin}/pg_restore --clean --if-exists -d "<connection string>" '${dump}'`,
    "and start Roombridge again.",
  ].join("\n");
}
