import { createTestDatabase } from "@roombridge/testing";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { openDatabase, type Database } from "./database.ts";
import type { DatabaseObserver } from "./observe-sql.ts";
import { tracedValue } from "./traced-value.ts";

interface Told {
  readonly text: string;
  ended: number;
  error?: unknown;
}

const told: Told[] = [];
let traceparent: string | undefined;
let database: Database;
let drop: () => Promise<void>;

const observer: DatabaseObserver = {
  statement(text) {
    const statement: Told = { text: text.replaceAll(/\s+/g, " ").trim(), ended: 0 };
    told.push(statement);
    return (error) => {
      statement.ended += 1;
      if (error !== undefined) statement.error = error;
    };
  },
  traceparent: () => traceparent,
  asker: () => undefined,
  onBehalfOf: (_name, _askers, work) => work(),
};

beforeAll(async () => {
  const created = await createTestDatabase();
  drop = () => created.drop();
  database = openDatabase({ url: created.url, applicationName: "test", maxConnections: 2, observer });
});
beforeEach(() => {
  told.length = 0;
  traceparent = undefined;
});
afterAll(async () => {
  await database.close();
  await drop();
});

test("a statement is told of once, with places instead of values, and its parts are not", async () => {
  const { sql } = database;
  const secret = "hunter2";
  const part = sql`${secret}::text`;
  const query = sql`select ${part} as value, ${sql("oid")} from pg_type where typname in ${sql(["int4"])}`;
  expect(told).toEqual([]);
  expect(await query).toMatchObject([{ value: secret }]);
  await query.then(() => {});
  expect(told).toHaveLength(1);
  expect(told[0]?.ended).toBe(1);
  expect(JSON.stringify(told)).not.toContain(secret);
});

test("a statement that fails is told of with its error, which its caller gets as before", async () => {
  const { sql } = database;
  await expect(sql`select 1 / 0`).rejects.toMatchObject({ code: "22012" });
  await sql`select 1 / 0`.catch(() => {});
  expect(told).toMatchObject([
    { ended: 1, error: { code: "22012" } },
    { ended: 1, error: { code: "22012" } },
  ]);
});

test("what happens in a transaction is told of too, and is undone when it fails", async () => {
  const { sql } = database;
  const failing = sql.begin(async (tx) => {
    await tx`create table kept (id int)`;
    await tx.savepoint((inner) => inner`insert into kept values (1)`);
    throw new Error("undo");
  });
  await expect(failing).rejects.toThrow("undo");
  expect(told.map(({ text }) => text)).toEqual(["create table kept (id int)", "insert into kept values (1)"]);
  expect(await sql`select to_regclass('kept') as found`).toEqual([{ found: null }]);
});

test("what drizzle and plain texts ask is told of", async () => {
  await database.orm.execute("select 1 as one");
  expect(await database.sql.unsafe("select $1::int as one", [1])).toEqual([{ one: 1 }]);
  expect(told.map(({ text }) => text)).toEqual(["select 1 as one", "select $1::int as one"]);
});

test("a trace that is recorded is known to the function that gets the value, and to no later statement", async () => {
  const { sql } = database;
  const read = sql`current_setting('roombridge.traceparent', true)`;
  const ask = () =>
    sql`select format('%s %s', ${tracedValue(database, "app")}::text, ${read}) as seen`.then(([row]) => row?.["seen"]);
  traceparent = "00-trace-span-01";
  // A function of a FROM clause reads it as the functions that place rooms do.
  const [row] = await sql`
    select s from concat(${tracedValue(database, "app")}, ' ', '') f (a), lateral (select a || ${read} as s offset 0) t`;
  expect(row?.["s"]).toBe("app 00-trace-span-01");
  traceparent = undefined;
  expect(await ask()).toBe("app ");
});
