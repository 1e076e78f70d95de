import { allocated, ended, offProcess, type Happening, type Moment, type Past } from "./explain-round.ts";
import type { Seen, Sent } from "./perform-round.ts";
import type { ProcessRow, Snapshot } from "./round-snapshot.ts";

export interface Round {
  readonly before: Snapshot;
  readonly after: Snapshot;
  /** The pool on which a room without a pin is placed. */
  readonly newestDeploymentId: string;
  /** The one that a pin names. */
  readonly olderDeploymentId: string;
  /** Whether a pool may have had no slot to give at some moment of the round. */
  readonly mayRefuse: (deploymentId: string) => boolean;
  /** It took so long that a room may have been woken twice. */
  readonly isSlow: boolean;
}

/** What the clients saw of one room id. */
export function happeningsOf(round: Round, sent: readonly Sent[]): Happening[] {
  return sent.map(({ call, client, step, answer, seen }) => {
    const label = `${client}, call ${step + 1}: ${JSON.stringify(call)} -> ${answer} ${JSON.stringify(seen)}`;
    const isCertain = call.do !== "expire";
    const isWake = call.do === "connect" && call.isWake;
    const isLook =
      call.do === "info" || call.do === "credential" || call.do === "revoke" || (call.do === "connect" && !isWake);
    const isIdle = isLook || (answer !== "ok" && !(isWake && answer === "no_capacity"));
    return {
      label,
      client,
      step,
      isCertain,
      isIdle,
      follow: (moment, past) => followCall(round, { call, answer, seen }, moment, past),
    };
  });
}

function followCall(
  round: Round,
  { call, answer, seen }: Pick<Sent, "call" | "answer" | "seen">,
  moment: Moment,
  past: Past,
): Moment[] {
  const isLive = moment.life !== undefined;
  const stay = [moment];
  switch (call.do) {
    case "create":
      if (answer === "room_exists") return isLive ? stay : [];
      if (isLive) return [];
      if (answer === "no_capacity")
        return round.mayRefuse(call.isPinned ? round.olderDeploymentId : round.newestDeploymentId) ? stay : [];
      return answer === "ok" ? createdNow(round, seen, call.config, moment, past) : [];
    case "info":
      if (!seen.info) return answer === "room_not_found" && moment.lives === 0 ? stay : [];
      return showsInfo(moment, seen.info) ? stay : [];
    case "expire":
      return isLive && seen.roomKey === roomKey(moment, past) ? ended(moment, past, "expire") : [];
    case "connect":
      return followConnect(round, call.isWake, answer, seen, moment, past);
    case "suspend":
    case "destroy":
    case "update":
    case "resume":
    case "credential":
    case "revoke": {
      const isOff = !isLive || (call.do === "credential" && moment.state === "suspended");
      if (isOff || answer === "room_not_found") return isOff && answer === "room_not_found" ? stay : [];
      if (call.do === "resume") return followResume(round, answer, seen, moment, past);
      if (answer !== "ok") return [];
      if (call.do === "revoke") return stay;
      if (call.do === "credential") return seen.roomKey === roomKey(moment, past) ? stay : [];
      if (call.do === "update") return [{ ...moment, config: call.config }];
      return call.do === "destroy" ? ended(moment, past, "destroy") : [offProcess(moment, "suspend", false)];
    }
    case "end":
    case "stop":
    case "start":
    case "loseHost":
    case "createProcess":
    case "finish":
    case "keepWarm":
    case "growOld":
    case "abandon":
    case "keepHouse":
      return stay;
  }
}

function createdNow(round: Round, seen: Seen, config: string, moment: Moment, past: Past): Moment[] {
  const life = moment.lives;
  if (past.lives[life]?.roomKey !== seen.roomKey || !tellsConnection(round, seen)) return [];
  const born: Moment = {
    life,
    config,
    state: "scheduling",
    processId: undefined,
    stays: 0,
    placements: 0,
    isStartFailed: false,
    isWoken: false,
    lives: life + 1,
  };
  return allocated(born, past, seen.processId, 1);
}

function followResume(round: Round, answer: Sent["answer"], seen: Seen, moment: Moment, past: Past): Moment[] {
  if (answer === "no_capacity")
    return moment.state !== "active" && round.mayRefuse(poolOf(round, moment, past)) ? [moment] : [];
  if (answer !== "ok" || seen.roomKey !== roomKey(moment, past) || !tellsConnection(round, seen)) return [];
  if (moment.state === "active") return moment.processId === seen.processId ? [moment] : [];
  return allocated(moment, past, seen.processId, 1);
}

function followConnect(
  round: Round,
  isWake: boolean,
  answer: Sent["answer"],
  seen: Seen,
  moment: Moment,
  past: Past,
): Moment[] {
  const wakes = isWake && moment.state === "suspended";
  const isTooSoon = moment.isWoken && !round.isSlow;
  if (answer === "ok") {
    const matches = (processId: string | undefined) => tellsConnection(round, { ...seen, processId });
    if (moment.state === "active") return matches(moment.processId) ? [moment] : [];
    if (!wakes || isTooSoon) return [];
    return allocated({ ...moment, isWoken: true }, past, undefined, 1).filter(({ processId }) => matches(processId));
  }
  if (answer === "no_capacity") {
    const mayBe = wakes && !isTooSoon && round.mayRefuse(poolOf(round, moment, past));
    return mayBe ? [{ ...moment, isWoken: true }] : [];
  }
  const isExpected =
    (answer === "room_not_found" && moment.state !== "active" && !wakes) ||
    (answer === "start_failed" && moment.state === "unscheduled" && moment.isStartFailed) ||
    (answer === "rate_limited" && wakes && moment.isWoken);
  return isExpected ? [moment] : [];
}

/** Ports are those of the process; there are none before it runs, and none is "starting" that ran before the round. */
function tellsConnection({ before, after }: Round, { processId = "", connection }: Seen): boolean {
  const process = after.processes.get(processId);
  if (!process || !connection) return false;
  if (connection.status === "starting") return before.processes.get(processId)?.hasRun !== true;
  return process.port === connection.exposedPort.port;
}

function showsInfo(moment: Moment, { state, roomConfig, currentAllocation, allocations }: NonNullable<Seen["info"]>) {
  if (moment.life === undefined) return state === "destroyed" && moment.lives > 0;
  return (
    state === moment.state &&
    roomConfig === moment.config &&
    currentAllocation?.processId === moment.processId &&
    allocations.length === moment.stays
  );
}

const roomKey = ({ life }: Moment, { lives }: Past) => (life === undefined ? undefined : lives[life]?.roomKey);

function poolOf({ newestDeploymentId }: Round, { life }: Moment, { lives }: Past): string {
  return (life === undefined ? undefined : lives[life]?.pinned) ?? newestDeploymentId;
}

/** The ends of processes in this round, as they meet the rooms on them (design section 4, process end). */
export function fatesOf(round: Round): Happening[] {
  return [...round.after.processes.values()].flatMap((process): Happening[] => {
    const earlier = round.before.processes.get(process.processId);
    const isStopped = process.stopReason === "stop_requested" && earlier?.stopReason !== "stop_requested";
    if (!isStopped && (!process.hasEnded || earlier?.hasEnded)) return [];
    const label = `process ${process.processId}: ${process.stopReason}, exit code ${process.exitCode}, ran: ${process.hasRun}`;
    const follow = (moment: Moment, past: Past) =>
      moment.processId === process.processId ? followEnd(round, process, moment, past) : [];
    return [{ label, client: label, step: 0, isCertain: false, isIdle: false, follow }];
  });
}

function followEnd(round: Round, process: ProcessRow, moment: Moment, past: Past): Moment[] {
  const { stopReason, exitCode, hasRun, deploymentId } = process;
  if (stopReason === "stop_requested" || (hasRun && stopReason === "exited" && exitCode === 0)) {
    return ended(moment, past, "process_exited");
  }
  if (hasRun) return [offProcess(moment, "process_lost", false)];
  const isLeft = offProcess(moment, "process_lost", stopReason !== "host_lost");
  if (moment.placements >= 3) return [isLeft];
  const moved = allocated({ ...moment, state: "scheduling" }, past, undefined, moment.placements + 1);
  return round.mayRefuse(deploymentId) ? [...moved, isLeft] : moved;
}
