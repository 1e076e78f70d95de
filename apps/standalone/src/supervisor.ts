import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "@roombridge/service";

/** A part that works. */
export interface RunningPart {
  /** Settles when the part is gone, for whatever reason, with words for the log: "exit code 1". */
  readonly exited: Promise<string>;
  /** Asks it to end in order; resolves when it is gone. */
  stop(): Promise<void>;
  /** Makes it end at once. */
  kill(): void;
}

/** Something that shall always run. */
export interface Part<Running extends RunningPart = RunningPart> {
  readonly name: string;
  /**
   * It leaves something behind that only itself can clean up: if it is down, or ends in disorder, when all is stopped, it is started
   * once more, to be stopped in order.
   */
  readonly cleansUp?: boolean;
  /** Resolves when the part works. Rejects with the reason when it does not, or `signal` aborts, and then leaves nothing behind. */
  start(signal: AbortSignal): Promise<Running>;
}

/** Parts that are stopped side by side. */
export interface StopStep {
  readonly parts: readonly string[];
  /** Counted from the beginning of the stop; who is not gone by then is killed. */
  readonly deadlineMs: number;
}

export interface RestartTiming {
  readonly firstPauseMs: number;
  /** The pause doubles with every failure up to this. */
  readonly longestPauseMs: number;
  /** A part that ran for so long begins again with the first pause. */
  readonly healthyMs: number;
}

interface Member {
  readonly name: string;
  readonly cleansUp: boolean;
  stopping: AbortController;
  running: RunningPart | undefined;
  /** Its time to stop is over: it is not started again, for whatever reason. */
  isGivenUp: boolean;
  /** How it ended last, after it had worked. */
  ended: string | undefined;
  /** Starts it once more. */
  readonly again: () => Promise<RunningPart>;
  /** Settles when the part is stopped and will not be started again. */
  done: Promise<void>;
}

/** How a program of ours ends that was asked to, and could do all that it had to. */
const IN_ORDER = "exit code 0";
const TIMING: RestartTiming = { firstPauseMs: 500, longestPauseMs: 10_000, healthyMs: 30_000 };
/** How long a killed part is waited for: it may still have children of its own to end. */
const KILLED_MS = 3_000;

/** Starts parts, starts again those that end, and stops them in order. */
export class Supervisor {
  readonly #log: Logger;
  readonly #timing: RestartTiming;
  readonly #members = new Map<string, Member>();
  #isStopping = false;

  constructor(log: Logger, timing: RestartTiming = TIMING) {
    this.#log = log;
    this.#timing = timing;
  }

  /** The first start; from then on the part is kept running. Rejects when it fails: a first start is not repeated. */
  async start<Running extends RunningPart>(part: Part<Running>): Promise<Running> {
    if (this.#isStopping) throw new Error(`${part.name} was not started: everything is being stopped`);
    const member: Member = {
      name: part.name,
      cleansUp: part.cleansUp === true,
      stopping: new AbortController(),
      running: undefined,
      isGivenUp: false,
      ended: undefined,
      again: () => launch(part, member),
      done: Promise.resolve(),
    };
    this.#members.set(part.name, member);
    const first = launch(part, member);
    member.done = first.then(
      (running) => this.#keep(part, member, running),
      () => {},
    );
    return first;
  }

  /** Stops the parts step by step; parts that were never started are passed over. True when none had to be killed. */
  async stop(steps: readonly StopStep[]): Promise<boolean> {
    this.#isStopping = true;
    const begin = performance.now();
    let isClean = true;
    for (const { parts, deadlineMs } of steps) {
      const members = parts.flatMap((name) => this.#members.get(name) ?? []);
      const left = begin + deadlineMs - performance.now();
      const ended = await within(Promise.all(members.map((member) => this.#end(member))), left);
      if (!ended) await this.#killAll(members);
      isClean &&= ended;
    }
    return isClean;
  }

  /** Ends everything at once, in no order. */
  async kill(): Promise<void> {
    this.#isStopping = true;
    await this.#killAll([...this.#members.values()]);
  }

  async #keep(part: Part, member: Member, first: RunningPart): Promise<void> {
    const { signal } = member.stopping;
    let running: RunningPart | undefined = first;
    let failures = 0;
    for (;;) {
      if (running !== undefined) {
        const upSince = performance.now();
        const how = await running.exited;
        if (signal.aborted) return;
        if (performance.now() - upSince >= this.#timing.healthyMs) failures = 0;
        this.#log.error(`${part.name} ended (${how})`);
      }
      await delay(this.#pauseMs(failures), undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
      failures += 1;
      running = await this.#startAgain(part, member);
    }
  }

  async #startAgain(part: Part, member: Member): Promise<RunningPart | undefined> {
    try {
      const running = await launch(part, member);
      this.#log.info(`${part.name} runs again`);
      return running;
    } catch (error) {
      if (!member.stopping.signal.aborted) this.#log.error({ err: error }, `${part.name} could not be started again`);
      return undefined;
    }
  }

  async #end(member: Member): Promise<void> {
    member.stopping.abort();
    await member.running?.stop();
    await member.done;
    const { name, cleansUp, isGivenUp, ended } = member;
    if (!cleansUp || isGivenUp || ended === undefined || ended === IN_ORDER) return;
    this.#log.info(`${name} had ended (${ended}): it is started once more, to clean up what it has left`);
    member.stopping = new AbortController();
    try {
      await (await member.again()).stop();
    } catch (error) {
      this.#log.error({ err: error }, `${name} could not clean up; the next start will`);
    }
  }

  #pauseMs(failures: number): number {
    return Math.min(this.#timing.firstPauseMs * 2 ** failures, this.#timing.longestPauseMs);
  }

  async #killAll(members: readonly Member[]): Promise<void> {
    for (const member of members) {
      const { name, stopping, running } = member;
      member.isGivenUp = true;
      stopping.abort();
      if (running === undefined) continue;
      this.#log.error(`${name} is killed`);
      running.kill();
    }
    await within(Promise.all(members.map(({ done }) => done)), KILLED_MS);
  }
}

async function launch<Running extends RunningPart>(part: Part<Running>, member: Member): Promise<Running> {
  const { signal } = member.stopping;
  const running = await part.start(signal);
  member.running = running;
  void running.exited.then((how) => {
    member.ended = how;
    if (member.running === running) member.running = undefined;
  });
  if (signal.aborted) await running.stop();
  signal.throwIfAborted();
  return running;
}

/** True when the promise settled in time. */
async function within(promise: Promise<unknown>, timeoutMs: number): Promise<boolean> {
  const timer = new AbortController();
  const late = delay(Math.max(timeoutMs, 0), false, { signal: timer.signal }).catch(() => false);
  const isSettled = await Promise.race([promise.then(() => true), late]);
  timer.abort();
  return isSettled;
}
