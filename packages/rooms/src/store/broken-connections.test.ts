import { setTimeout as delay } from "node:timers/promises";
import { startCuttingProxy, waitFor } from "@roombridge/testing";
import { expect, test } from "vitest";
import { useRooms } from "../../test/setup.ts";
import { openDatabase } from "./database.ts";
import { repeatLost } from "./repeat-lost.ts";

const suite = useRooms();
const CUTS = 60;

// Without patches/postgres@3.4.9.patch some calls here get another one's answer, some none, and some cuts end the process.
test("nobody gets the answer of another statement, and everybody an answer, when connections are reset", async () => {
  const proxy = await startCuttingProxy(suite().databaseUrl);
  const database = openDatabase({ url: proxy.url, applicationName: "roombridge test" });
  const over = new AbortController();
  const wrong: string[] = [];
  let answered = 0;
  const callers = Array.from({ length: 6 }, async (_, caller) => {
    for (let n = 0; !over.signal.aborted; n += 1) {
      const asked = caller * 1_000_000 + n;
      // At once again after a failure: that is when the other connections are about to break too.
      const rows = await repeatLost(() => database.sql<{ n: number }[]>`select ${asked}::integer as n`).catch(
        () => undefined,
      );
      if (rows) answered += 1;
      if (rows && rows[0]?.n !== asked) wrong.push(`${asked} was answered ${rows[0]?.n}`);
      await delay(Math.random() * 20);
    }
  });
  for (let cut = 0; cut < CUTS; cut += 1) {
    const before = answered;
    await delay(50 + Math.random() * 50);
    // On a slow machine nobody may have been answered since the last cut.
    await waitFor(() => answered > before, { what: "an answer between two cuts" });
    proxy.cutAll();
  }
  over.abort();
  await Promise.all(callers);
  expect(wrong).toEqual([]);
  await database.close();
  await proxy.close();
});
