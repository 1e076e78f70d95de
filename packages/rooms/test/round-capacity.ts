import type { ProcessRow, Snapshot } from "./round-snapshot.ts";

/**
 * Whether a pool may have had no slot to give at some moment between two snapshots. An upper bound: it counts together what
 * was taken at any time, so that only a refusal that nothing can excuse is held against the placement.
 */
export function mayHaveRefused(before: Snapshot, after: Snapshot, hostCapacity: number, deploymentId: string): boolean {
  const pool = after.pools.find((other) => other.deploymentId === deploymentId);
  if (!pool || pool.isStopped) return pool !== undefined;
  const alive = [...after.processes.values()].filter(({ processId }) => !before.processes.get(processId)?.hasEnded);
  const own = alive.filter((process) => process.deploymentId === deploymentId && process.region === "London");
  // One that was started in the round may not have been there yet.
  const isFree = own.some(
    (process) =>
      before.processes.has(process.processId) && slotsTaken(before, after, process) < process.roomsPerProcess,
  );
  if (isFree) return false;
  const taken = own.reduce((sum, process) => sum + slotsTaken(before, after, process), 0);
  const roomsPerProcess = own[0]?.roomsPerProcess ?? 1;
  return taken >= pool.maxProcesses * roomsPerProcess || alive.length >= hostCapacity;
}

/** Slots of a process that were taken at any time; all of them when it took no rooms at some time. */
function slotsTaken(before: Snapshot, after: Snapshot, process: ProcessRow): number {
  const { processId, status, isOrphan, roomsPerProcess } = process;
  if (isOrphan || (status !== "starting" && status !== "running")) return roomsPerProcess;
  const wasThere = new Map(before.rooms.map((room) => [room.roomKey, room]));
  const stays = after.rooms.map(({ roomKey, stays: all }) => {
    const earlier = wasThere.get(roomKey);
    const isStillThere = earlier?.processId === processId ? 1 : 0;
    return isStillThere + all.slice(earlier?.stays.length ?? 0).filter((other) => other === processId).length;
  });
  return Math.min(
    roomsPerProcess,
    stays.reduce((sum, count) => sum + count, 0),
  );
}
