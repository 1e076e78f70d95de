import { expect, test } from "vitest";
import { findAccount } from "./server-account.ts";

const PASSWD = `root:x:0:0:root:/root:/bin/bash
nobody:x:65534:65533:nobody:/nonexistent:/usr/sbin/nologin
postgres:x:101:104:PostgreSQL administrator,,,:/var/lib/postgresql:/bin/bash
`;

test.each([
  ["the first name that exists is taken", PASSWD, ["postgres", "nobody"], { uid: 101, gid: 104 }],
  ["the next name is taken when the first is missing", PASSWD, ["pgsql", "nobody"], { uid: 65_534, gid: 65_533 }],
  [
    "an account that is root under another name is passed over",
    "postgres:x:0:0::/:/bin/sh\n",
    ["postgres"],
    { uid: 65_534, gid: 65_534 },
  ],
  ["without /etc/passwd it is nobody's usual number", "", ["postgres", "nobody"], { uid: 65_534, gid: 65_534 }],
])("%s", (_, passwd, names, account) => {
  expect(findAccount(passwd, names)).toEqual(account);
});
