import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, it } from "vitest";
import { TurnEnd } from "./turn-end.ts";

it("runs what was put off in this turn after it, in its order, and what comes meanwhile a turn later", async () => {
  const turnEnd = new TurnEnd();
  const ran: string[] = [];
  const noting = (name: string, then = () => {}) => ({ atTurnEnd: () => (ran.push(name), then()) });
  turnEnd.add(noting("first", () => turnEnd.add(noting("third"))));
  turnEnd.add(noting("second"));
  expect(ran).toEqual([]);
  await nextTurn();
  expect(ran).toEqual(["first", "second"]);
  await nextTurn();
  expect(ran).toEqual(["first", "second", "third"]);
});
