import { expect, test } from "vitest";
import { useRooms } from "../../test/setup.ts";
import { RoomError } from "../errors.ts";
import { isConnectionError, mayBlameOneRow } from "./database.ts";

const suite = useRooms();
const failed = (code: string) => Object.assign(new Error(code), { code });

// All of these can also end a connection on which a statement has been sent (ip(7), tcp(7)) or a name look-up before it.
test.each([
  "CONNECTION_CLOSED",
  "CONNECT_TIMEOUT",
  "ANSWER_TIMEOUT",
  "ECONNRESET",
  "ECONNABORTED",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EHOSTDOWN",
  "ENETDOWN",
  "ENOTFOUND",
  "EAI_AGAIN",
  "57P01",
  "08006",
  "53300",
])("%s means that nobody knows whether the statement was done", (code) => {
  expect(isConnectionError(failed(code))).toBe(true);
});

test("only an answer of the server about the rows may blame one of them", async () => {
  const { sql } = suite().rooms.database;
  const answered = async (sqlstate: string) => {
    const raise = `do $$ begin raise exception using errcode = '${sqlstate}', message = 'raised'; end $$`;
    return mayBlameOneRow(await sql.unsafe(raise).catch((error: unknown) => error));
  };
  expect(await answered("23514")).toBe(true);
  expect(await answered("22021")).toBe(true);
  expect(await answered("57014")).toBe(false);
  expect(await answered("57P01")).toBe(false);
  expect(mayBlameOneRow(new RoomError("internal", "nobody knows whether it was done"))).toBe(false);
  expect(mayBlameOneRow(failed("ECONNRESET"))).toBe(false);
});

test("a statement is planned once for all values, and not compiled", async () => {
  const { sql } = suite().rooms.database;
  const [plans] = await sql`
    select current_setting('plan_cache_mode') as mode, current_setting('jit') as jit`;
  expect(plans).toEqual({ mode: "force_generic_plan", jit: "off" });
});

test("whoever asks alone is served by the same session each time, however many are open", async () => {
  const { sql } = suite().rooms.database;
  const session = async () => (await sql<{ pid: number }[]>`select pg_backend_pid() as pid`)[0]?.pid;
  const all = await Promise.all(
    Array.from({ length: 5 }, () => sql<{ pid: number }[]>`select pg_backend_pid() as pid, pg_sleep(0.3)`),
  );
  expect(new Set(all.flat().map(({ pid }) => pid)).size).toBe(5);
  const one = await session();
  for (let count = 0; count < 10; count += 1) expect(await session()).toBe(one);
});

test.each(["23505", "57014", ""])("%j is an answer of the server", (code) => {
  expect(isConnectionError(failed(code))).toBe(false);
});
