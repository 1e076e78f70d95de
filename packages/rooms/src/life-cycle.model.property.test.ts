import { randomUUID } from "node:crypto";
import { expectConsistent } from "@roombridge/testing";
import { checkProperty, propertyTimeoutMs } from "@roombridge/testing/property";
import { test } from "vitest";
import { agingStory, credentialStory, story, type Story } from "../test/life-cycle-command.ts";
import { perform, roomIdsOf } from "../test/life-cycle-perform.ts";
import { declareFor, newSubject, stopClocks } from "../test/life-cycle-subject.ts";
import { declare } from "../test/life-cycle-upkeep.ts";
import { expectWorld } from "../test/life-cycle-view.ts";
import { newWorld } from "../test/life-cycle-world.ts";
import { useRooms } from "../test/setup.ts";

const suite = useRooms();

const kept = new URL("life-cycle.seeds.json", import.meta.url);

test("after every step the visible world is what the documents say", { timeout: propertyTimeoutMs() }, ({ task }) =>
  checkProperty(task.name, story, tell, { runs: 12, kept }),
);

test(
  "and so is what coturn sees, when credentials are issued and revoked",
  { timeout: propertyTimeoutMs() },
  ({ task }) => checkProperty(task.name, credentialStory, tell, { runs: 8, kept }),
);

test("and so it is when processes grow old, and others are kept warm", { timeout: propertyTimeoutMs() }, ({ task }) =>
  checkProperty(task.name, agingStory, tell, { runs: 8, kept }),
);

async function tell({ deployment, hostCapacities, commands }: Story): Promise<void> {
  const subject = await newSubject(suite().rooms, hostCapacities);
  const world = newWorld(
    subject.hosts.map(({ hostId, maxProcesses, incarnation }) => ({
      hostId,
      maxProcesses,
      incarnation,
      isAlive: true,
    })),
  );
  if (deployment) {
    const deploymentId = await declareFor(subject, deployment, `dep-${randomUUID()}`);
    declare(world, { ...deployment, deploymentId, warmProcesses: 0, isDeleted: false });
  }
  for (const command of commands) {
    world.now += 1;
    await perform(subject, world, command);
    await stopClocks(subject);
    await expectWorld(subject, world, roomIdsOf(world));
    await expectConsistent(subject.database);
  }
}
