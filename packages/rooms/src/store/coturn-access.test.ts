import { randomBytes } from "node:crypto";
import { createTestDatabase, type TestDatabase } from "@roombridge/testing";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { coturnAccessSql, grantCoturnAccess, scramVerifier } from "./coturn-access.ts";

const PASSWORD = String.raw`p:a\s"s'w$ord %20`;
const ACCESS = { role: "coturn_ro", password: PASSWORD, database: "roombridge" };

describe("scramVerifier", () => {
  test("is the SCRAM-SHA-256 exchange of RFC 7677 section 3", () => {
    // StoredKey and ServerKey, from which the RFC's ClientProof and ServerSignature follow.
    const salt = Buffer.from("W22ZaJ0SNY7soEsUEjb6gQ==", "base64");
    expect(scramVerifier("pencil", salt)).toBe(
      "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=",
    );
  });

  test("differs from time to time for the same password", () => {
    expect(scramVerifier("pencil")).not.toBe(scramVerifier("pencil"));
  });

  test.each(["", "pässword", "tab\t", "new\nline"])("%j is refused: it would need SASLprep", (password) => {
    expect(() => scramVerifier(password)).toThrow(RangeError);
  });
});

describe("coturnAccessSql", () => {
  test("never holds the password itself", () => {
    expect(coturnAccessSql(ACCESS).join("\n")).not.toContain(PASSWORD);
  });

  test.each(["", "x".repeat(64), "zero\0byte"])("a role named %j is refused", (role) => {
    expect(() => coturnAccessSql({ ...ACCESS, role })).toThrow(RangeError);
  });

  test.each([0, -1, 1.5, Number.NaN])("a connection limit of %d is refused", (connectionLimit) => {
    expect(() => coturnAccessSql({ ...ACCESS, connectionLimit })).toThrow(RangeError);
  });
});

describe("grantCoturnAccess", () => {
  // Roles belong to the server, not to the database: a strange name of its own, which only correct quoting survives.
  const role = `coturn "ro' \\ ${randomBytes(4).toString("hex")}`;
  let database: TestDatabase;
  let owner: postgres.Sql;

  beforeAll(async () => {
    database = await createTestDatabase();
    owner = postgres(database.url, { max: 2, onnotice: () => {} });
    await grantCoturnAccess(owner, { role, password: "first password" });
    await grantCoturnAccess(owner, { role, password: PASSWORD, connectionLimit: 3 });
    await owner`insert into rooms (room_key, app_id, room_id, state, region) values ('k1', 'app-1', 'r1', 'active', 'Dallas')`;
    await owner`
      insert into turn_credentials (username, room_key, realm, hmackey, key_version, expires_at)
      values ('k1.u', 'k1', 'roombridge', ${"0".repeat(32)}, 'k', clock_timestamp() + interval '1 hour')`;
  });

  afterAll(async () => {
    await owner`drop owned by ${owner(role)}`;
    await owner`drop role ${owner(role)}`;
    await owner.end();
    await database.drop();
  });

  test("run twice, it changes the password: the new one opens, the first one does not", async () => {
    await using coturn = connect(PASSWORD);
    expect(await coturn.sql`select session_user::text as name`).toEqual([{ name: role }]);
    await using stale = connect("first password");
    await expect(stale.sql`select 1`).rejects.toThrow("password authentication failed");
  });

  test("the role reads hmackeys by the plain name of the view, as coturn asks for them", async () => {
    await using coturn = connect(PASSWORD);
    const rows = await coturn.sql`select hmackey from turnusers_lt where name = 'k1.u' and realm = 'roombridge'`;
    expect(rows).toEqual([{ hmackey: "0".repeat(32) }]);
  });

  test("the role reads the key of a test allocation as that of any user, until it expires", async () => {
    await owner`
      insert into turn_servers (server_id, regions, uris, realm, canary_username, canary_hmackey, canary_expires_at)
      values ('s1', '{}', '{}', 'roombridge', 'canary.u', ${"1".repeat(32)}, clock_timestamp() + interval '1 minute')`;
    await using coturn = connect(PASSWORD);
    const find = () => coturn.sql`select hmackey from turnusers_lt where name = 'canary.u' and realm = 'roombridge'`;
    expect(await find()).toEqual([{ hmackey: "1".repeat(32) }]);
    await owner`update turn_servers set canary_expires_at = clock_timestamp()`;
    expect(await find()).toEqual([]);
  });

  test("the role reads the secrets of now, and of the next minute", async () => {
    await owner`
      insert into turn_secrets (secret_id, realm, value, not_before, not_after)
      select value, 'other', value, clock_timestamp() + f * interval '1 second', clock_timestamp() + u * interval '1 second'
        from (values ('old', -100, -1), ('last', -100, 10), ('now', -10, null), ('soon', 50, null), ('later', 70, null)) as s (value, f, u)`;
    await using coturn = connect(PASSWORD);
    const rows = await coturn.sql<{ value: string }[]>`select value from turn_secret where realm = 'other'`;
    expect(rows.map(({ value }) => value).sort()).toEqual(["last", "now", "soon"]);
    await owner`delete from turn_secrets`;
  });

  test.each([
    "turn_secret",
    "allowed_peer_ip",
    "denied_peer_ip",
    "turn_origin_to_realm",
    "turn_realm_option",
    "oauth_key",
    "admin_user",
  ])("the role reads %s", async (view) => {
    await using coturn = connect(PASSWORD);
    expect(await coturn.sql`select * from ${coturn.sql(view)}`).toEqual([]);
  });

  test("it reads no table of ours", async () => {
    await using coturn = connect(PASSWORD);
    const tables = await owner<{ name: string }[]>`
      select quote_ident(schemaname) || '.' || quote_ident(tablename) as name from pg_tables
       where schemaname not in ('pg_catalog', 'information_schema')`;
    const secret = ["public.turn_credentials", "public.turn_servers", "public.turn_secrets", "public.turn_sessions"];
    expect(tables.map(({ name }) => name)).toEqual(expect.arrayContaining(secret));
    for (const { name } of tables) {
      await expect(coturn.sql.unsafe(`select * from ${name}`)).rejects.toThrow("permission denied");
    }
  });

  test("its transactions are read-only from the start", async () => {
    await using coturn = connect(PASSWORD);
    expect(await coturn.sql`select current_setting('transaction_read_only') as setting`).toEqual([{ setting: "on" }]);
  });

  test.each([
    "delete from turnusers_lt",
    "update turnusers_lt set hmackey = ''",
    "insert into turnusers_lt (realm, name, hmackey) values ('r', 'n', 'h')",
    "insert into public.turn_credentials (username) values ('x')",
    "insert into turn_secret (realm, value) values ('r', 'v')",
    "update turn_secret set value = ''",
    "delete from turn_secret",
    "update public.turn_servers set healthy = true",
    "delete from public.turn_sessions",
    "create table coturn.mine (x int)",
    "create table public.mine (x int)",
  ])("it cannot write, even in a transaction that it made writable: %s", async (statement) => {
    await using coturn = connect(PASSWORD);
    const writable = coturn.sql.begin("read write", (transaction) => transaction.unsafe(statement));
    await expect(writable).rejects.toThrow(/^permission denied|^cannot (?:delete from|update|insert into) view/);
  });

  test("a lock on the table holds it up for half a second, not for ever", async () => {
    await using coturn = connect(PASSWORD);
    await owner.begin(async (transaction) => {
      await transaction`lock table turn_credentials in access exclusive mode`;
      await expect(coturn.sql`select hmackey from turnusers_lt where name = 'k1.u'`).rejects.toThrow(
        "statement timeout",
      );
    });
  });

  test("it has the connections of its limit and no more", async () => {
    await using one = connect(PASSWORD);
    await using two = connect(PASSWORD);
    await using three = connect(PASSWORD);
    await using four = connect(PASSWORD);
    for (const { sql } of [one, two, three]) await sql`select 1`;
    await expect(four.sql`select 1`).rejects.toThrow("too many connections for role");
  });

  test("the server stores the verifier as it was sent", async () => {
    const rows = await owner<{ stored: string }[]>`select rolpassword as stored from pg_authid where rolname = ${role}`;
    const { stored } = rows[0] ?? { stored: "" };
    const salt = Buffer.from(/^SCRAM-SHA-256\$4096:([^$]+)\$/.exec(stored)?.[1] ?? "", "base64");
    expect(stored).toBe(scramVerifier(PASSWORD, salt));
  });

  function connect(password: string) {
    const url = new URL(database.url);
    const sql = postgres({
      host: url.hostname,
      port: Number(url.port),
      database: url.pathname.slice(1),
      username: role,
      password,
      max: 1,
      onnotice: () => {},
    });
    return { sql, [Symbol.asyncDispose]: () => sql.end({ timeout: 5 }) };
  }
});
