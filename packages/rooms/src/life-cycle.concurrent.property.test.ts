import { randomUUID } from "node:crypto";
import { expectConsistent, openTestRooms } from "@roombridge/testing";
import { checkProperty, propertyTimeoutMs } from "@roombridge/testing/property";
import { afterAll, beforeAll, expect, test } from "vitest";
import { isExplained } from "../test/explain-round.ts";
import { declareFor, newSubject } from "../test/life-cycle-subject.ts";
import { performRound, type Sent, type Stage } from "../test/perform-round.ts";
import { mayHaveRefused } from "../test/round-capacity.ts";
import { fatesOf, happeningsOf, type Round } from "../test/round-happenings.ts";
import { readSnapshot, type Snapshot } from "../test/round-snapshot.ts";
import { expectNobodyRetired, expectNoNewRooms, expectUpkeep } from "../test/round-upkeep.ts";
import { agingStorm, revokingStorm, storm, type Storm } from "../test/round.ts";
import { useRooms } from "../test/setup.ts";
import { closeRooms, type RoomsContext } from "./index.ts";

const suite = useRooms();
let other: RoomsContext;
beforeAll(async () => {
  other = openTestRooms(suite().databaseUrl);
  await dawdle(other);
});
afterAll(() => closeRooms(other));

const kept = new URL("life-cycle.seeds.json", import.meta.url);

test(
  "whatever many clients do at once through two gateways, and whatever dies meanwhile, some order explains every answer",
  { timeout: propertyTimeoutMs() },
  ({ task }) => checkProperty(task.name, storm, (drawn) => weather(drawn), { runs: 12, kept, replays: 3 }),
);

test(
  "nor does it take away or double the credential of a room, when credentials are revoked meanwhile",
  { timeout: propertyTimeoutMs() },
  ({ task }) => checkProperty(task.name, revokingStorm, (drawn) => weather(drawn), { runs: 6, kept }),
);

test(
  "nor when processes are started ahead, grow old and are retired meanwhile, which takes no room from anybody",
  { timeout: propertyTimeoutMs() },
  ({ task }) => checkProperty(task.name, agingStorm, (drawn) => weather(drawn, { isAging: true }), { runs: 6, kept }),
);

/** Now and then a transaction halts between two of its statements: what can come between them does. */
async function dawdle({ database: { sql } }: RoomsContext): Promise<void> {
  await sql`
    create function dawdle() returns trigger language plpgsql as $$
      begin
        if random() < 0.3 then perform pg_sleep(random() * 0.01); end if;
        return null;
      end $$`;
  for (const table of ["rooms", "room_allocations", "turn_credentials", "processes"]) {
    await sql`
      create trigger dawdle after insert or update on ${sql(table)} for each statement execute function dawdle()`;
  }
}

async function weather(
  { roomsPerProcess, maxProcesses, hostCapacities, rounds }: Storm,
  { isAging = false }: { readonly isAging?: boolean } = {},
): Promise<void> {
  const subject = await newSubject(suite().rooms, hostCapacities);
  const [olderDeploymentId, newestDeploymentId] = [`dep-${randomUUID()}`, `dep-${randomUUID()}`];
  await declareFor(subject, { roomsPerProcess, maxProcesses, deploymentTag: "older" }, olderDeploymentId);
  await declareFor(subject, { roomsPerProcess, maxProcesses, deploymentTag: "newest" }, newestDeploymentId);
  const stage: Stage = { ...subject, gateways: [subject.rooms, other], olderDeploymentId, nextPort: 20_000 };
  const hostCapacity = hostCapacities.reduce((sum, capacity) => sum + capacity, 0);
  for (const clients of rounds) {
    // Each round finds no room that was woken lately, and no pool that pauses.
    await subject.database.sql`update rooms set woken_at = null where woken_at is not null`;
    await subject.database.sql`update pools set stopped_until = null where stopped_until is not null`;
    const before = await readSnapshot(stage);
    const startedAt = performance.now();
    const [sent] = await Promise.all([performRound(stage, before, clients), watch(stage, hostCapacity)]);
    const isSlow = performance.now() - startedAt > 9_000;
    const after = await readSnapshot(stage);
    await watch(stage, hostCapacity);
    const isHostLost = sent.some(({ call }) => call.do === "loseHost");
    const mayRefuse = (deploymentId: string) => isHostLost || mayHaveRefused(before, after, hostCapacity, deploymentId);
    const round = { before, after, newestDeploymentId, olderDeploymentId, mayRefuse, isSlow };
    explain(round, sent);
    expectNoStrayProcess(round, sent, isAging ? newestDeploymentId : undefined);
    expectNoNewRooms(before, after);
    if (isAging) await expectUpkeep(stage, hostCapacity);
  }
}

/** Nothing is ever given twice, at no moment: every query of these sees one committed state. */
async function watch(stage: Stage, hostCapacity: number): Promise<void> {
  const { database, appId } = stage;
  for (let look = 0; look < 3; look += 1) {
    await expectConsistent(database);
    await expectNobodyRetired(stage);
    const crowded = await database.sql`
      select deployment_id from pools p
       where max_processes < (select count(*) from processes c where c.pool_id = p.pool_id and c.terminated_at is null)`;
    expect([...crowded], "pools with more processes than they may have").toEqual([]);
    const [living] = await database.sql<{ n: number }[]>`
      select count(*)::integer as n from processes where app_id = ${appId} and terminated_at is null`;
    expect(living?.n, "processes of all hosts").toBeLessThanOrEqual(hostCapacity);
  }
}

function explain(round: Round, sent: readonly Sent[]): void {
  const { before, after } = round;
  for (const roomId of new Set([...after.rooms, ...before.rooms, ...sent].map((one) => one.roomId))) {
    if (roomId === undefined) continue;
    const own = ({ rooms }: Snapshot) => rooms.filter((room) => room.roomId === roomId);
    const past = { roomId, lives: own(after), before: own(before) };
    const happenings = [
      ...happeningsOf(
        round,
        sent.filter((one) => one.roomId === roomId),
      ),
      ...fatesOf(round),
    ];
    if (isExplained(past, happenings)) continue;
    const labels = happenings.map(({ label }) => label).join("\n  ");
    const processes = [before, after].map((look) => [...look.processes.values()]);
    const seen = JSON.stringify({ past, processes }, undefined, 1);
    throw new Error(`no order explains room ${roomId}\n  ${labels}\n${seen}`);
  }
}

/** Every new process was started for a room, or by a call, or ahead. */
function expectNoStrayProcess(
  { before, after }: Round,
  sent: readonly Sent[],
  warmDeploymentId: string | undefined,
): void {
  const called = sent.filter(({ call }) => call.do === "createProcess").map(({ seen }) => seen.processId);
  const used = new Set(after.rooms.flatMap(({ stays }) => stays));
  const strays = [...after.processes.values()].filter(
    ({ processId, deploymentId }) =>
      !before.processes.has(processId) &&
      !called.includes(processId) &&
      !used.has(processId) &&
      deploymentId !== warmDeploymentId,
  );
  expect(strays, "processes that nobody asked for").toEqual([]);
}
