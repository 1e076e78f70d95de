import { expect, test } from "vitest";
import { coturnDatabase } from "./turn-part.ts";

test.each([
  [
    "postgres://me:pw@db.example.net:6432/rooms?sslmode=verify-full",
    { host: "db.example.net", port: 6432, database: "rooms", sslMode: "verify-full" },
  ],
  ["postgresql://me@[::1]/my%20rooms", { host: "::1", port: 5432, database: "my rooms" }],
  ["postgres://me:pw@127.0.0.1", { host: "127.0.0.1", port: 5432, database: "me" }],
])("coturn is told where %s leads, but with a role and a password of its own", (url, expected) => {
  expect(coturnDatabase(url, "own")).toEqual({ ...expected, user: "coturn_ro", password: "own" });
});
