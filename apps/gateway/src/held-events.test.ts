import { waitFor } from "@roombridge/testing";
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { useGateway } from "../test/suite.ts";
import { watchHeldEvents } from "./held-events.ts";

const suite = useGateway();

test("a transaction that does not end is named in the log once, and so is its end", async () => {
  const { database } = suite().rooms;
  const lines: Record<string, unknown>[] = [];
  const log = pino({ level: "info" }, { write: (line: string) => lines.push(JSON.parse(line)) });
  const watch = watchHeldEvents(database, log, 20);
  onTestFinished(() => watch.stop());
  const held = await database.sql.begin(async (tx) => {
    const [row] = await tx<{ xid: string; pid: number }[]>`
      select pg_current_xact_id()::text as xid, pg_backend_pid() as pid`;
    const isTold = async () => {
      // Of a later transaction, which it holds back.
      await database.sql`select pg_current_xact_id()`;
      return lines.some(({ xid }) => xid === row?.xid);
    };
    await waitFor(isTold, { what: "the line", timeoutMs: 20_000 });
    return row;
  });
  const of = () => lines.filter(({ xid }) => xid === held?.xid);
  await waitFor(() => of().length === 2, { what: "the end", timeoutMs: 20_000 });
  expect(of()[0]).toMatchObject({ level: 40, pid: held?.pid, application: expect.any(String) });
  expect(of()[1]).toMatchObject({ level: 30 });
});
