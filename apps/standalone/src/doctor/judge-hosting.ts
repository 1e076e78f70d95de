import type { HostFacts, HostingFacts } from "@roombridge/rooms";
import { duration, type Finding, findingsOf } from "./finding.ts";

const FULL = 0.9;
/** A host that ended without a good-bye is forgotten after 72 h. */
const LONG_GONE_SECONDS = 86_400;

export function judgeHosting(facts: HostingFacts): Finding[] {
  const { findings, ok, warn, fail } = findingsOf("hosts");
  const alive = facts.hosts.filter(({ isAlive }) => isAlive);
  const taking = alive.filter(({ isDrained }) => !isDrained);
  if (alive.length > 0) ok(`${alive.map(describeHost).join("; ")}`);
  if (facts.staticServers > 0) ok(`${facts.staticServers} game servers that were started by somebody else`);
  if (alive.length === 0 && facts.staticServers === 0) {
    const advice = "start one; until then nobody does the housekeeping either";
    if (facts.deployments > 0) fail("no host is alive: creating a room answers 429", advice);
    else warn("no host is alive", advice);
  } else if (taking.length === 0 && facts.staticServers === 0) {
    fail("every host is drained: no game server is started", "roombridge host undrain one of them, or start another");
  }
  for (const host of facts.hosts) {
    if (host.isAlive || host.isRetired || host.silentSeconds > LONG_GONE_SECONDS) continue;
    warn(
      `${host.hostId} has been silent for ${duration(host.silentSeconds)}; ${host.processes} game servers are its`,
      "start it again with its HOST_ID and data directory, or let its rooms go: they can be resumed elsewhere",
    );
  }
  findings.push(...judgeRegions(facts, taking), ...judgeGames(facts));
  return findings;
}

function describeHost({ hostId, provider, regions, processes, maxProcesses, isDrained, rooms }: HostFacts): string {
  const where = regions.length > 3 ? `${regions.length} regions` : regions.join(", ");
  if (isDrained)
    return `${hostId} (${provider}, ${where}): drained, with ${processes} game servers and ${rooms} rooms left`;
  return `${hostId} (${provider}, ${where}): ${processes} of ${maxProcesses} game servers`;
}

function judgeRegions({ usedRegions, staticServers }: HostingFacts, taking: readonly HostFacts[]): Finding[] {
  const { findings, warn } = findingsOf("regions");
  for (const region of usedRegions) {
    const serving = taking.filter(({ regions }) => regions.includes(region));
    if (serving.length === 0) {
      // A server of somebody else's may serve it, and a static one has no capacity to speak of.
      if (staticServers === 0)
        warn(`${region} has had rooms, and no host serves it`, "start a host with it in HOST_REGIONS");
      continue;
    }
    const running = sum(serving.map(({ processes }) => processes));
    const most = sum(serving.map(({ maxProcesses }) => maxProcesses));
    if (running < most * FULL) continue;
    warn(
      `${region}: ${running} of ${most} game servers are running`,
      "add a host, or raise HOST_MAX_PROCESSES; full means 429",
    );
  }
  return findings;
}

function judgeGames({ stoppedPools, unclaimed, unscheduledRooms }: HostingFacts): Finding[] {
  const { findings, ok, warn, fail } = findingsOf("games");
  for (const { appId, region, startFailures, detail } of stoppedPools) {
    fail(
      `${appId} in ${region}: ${startFailures} starts in a row failed${detail === null ? "" : `, the last one: ${detail}`}`,
      "look at its log; it is tried again each minute",
    );
  }
  if (unclaimed > 0)
    warn(`no host has taken ${unclaimed} game servers that are to start`, "look whether the hosts are full");
  ok(
    unscheduledRooms === 0
      ? "every room has its place"
      : `${unscheduledRooms} rooms have lost their game server and may be resumed`,
  );
  return findings;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
