import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { RoombridgeClient, RoombridgeError } from "@roombridge/client";
import { TEST_REGION } from "@roombridge/testing";

const ATTEMPT_MS = 10_000;
/** A room is given up after so long; nothing is away for longer. */
const PATIENCE_MS = 60_000;
const PAUSE_MS = { work: 10, failure: 100 };
/** Of four rooms one stays. */
const KEEP_EVERY = 4;

export interface Target {
  readonly token: string;
  readonly appId: string;
  /** The gateways to which calls go in turn; read at each call. */
  readonly gateways: () => readonly string[];
}

/** What the callers have been told. */
export interface Acknowledged {
  /** Rooms that were acknowledged and not touched since, with the moment of the answer (monotonic, ms). */
  readonly live: ReadonlyMap<string, number>;
  /** Rooms whose end was acknowledged, with that moment. */
  readonly destroyed: ReadonlyMap<string, number>;
}

/** Callers that create rooms, destroy most of them, and repeat what failed with the same roomId. */
export class RoomLoad {
  readonly #live = new Map<string, number>();
  readonly #destroyed = new Map<string, number>();
  readonly #target: Target;
  readonly #callers: Promise<void>[];
  readonly #over = new AbortController();
  #turn = 0;
  /** Answers that were no acknowledgement, by what they said. */
  readonly failures = new Map<string, number>();

  constructor(target: Target, callers: number) {
    this.#target = target;
    this.#callers = Array.from({ length: callers }, () => this.#call());
  }

  get acknowledged(): Acknowledged {
    return { live: this.#live, destroyed: this.#destroyed };
  }

  /** Waits until `count` more rooms have been acknowledged. */
  async next(count: number): Promise<void> {
    const wanted = this.#total() + count;
    const until = performance.now() + PATIENCE_MS;
    while (this.#total() < wanted) {
      if (performance.now() > until) throw new Error(`no ${count} rooms within ${PATIENCE_MS} ms: ${this.describe()}`);
      await Promise.race([delay(20), ...this.#callers]);
    }
  }

  /** Lets every caller finish what it has begun. @throws Error when one of them was told a contradiction. */
  async stop(): Promise<Acknowledged> {
    this.#over.abort();
    await Promise.all(this.#callers);
    return this.acknowledged;
  }

  describe(): string {
    const failures = [...this.failures].map(([what, count]) => `${what}: ${count}`).join(", ");
    return `${this.#live.size} live, ${this.#destroyed.size} destroyed; failures: ${failures || "none"}`;
  }

  #total(): number {
    return this.#live.size + this.#destroyed.size;
  }

  async #call(): Promise<void> {
    for (let n = 1; !this.#over.signal.aborted; n += 1) {
      const roomId = `load-${randomUUID()}`;
      await this.#create(roomId);
      this.#live.set(roomId, performance.now());
      if (n % KEEP_EVERY !== 0) {
        this.#live.delete(roomId);
        await this.#destroy(roomId);
        this.#destroyed.set(roomId, performance.now());
      }
      await delay(PAUSE_MS.work);
    }
  }

  /** 400 after an attempt of which nobody knows means that it was done. */
  async #create(roomId: string): Promise<void> {
    let isInDoubt = false;
    await this.#persist(
      () => this.#rooms().createRoom({ region: TEST_REGION }, { roomId, timeoutMs: ATTEMPT_MS }),
      (error) => {
        if (error.status === 400 && isInDoubt) return "done";
        isInDoubt ||= error.mayHaveBeenDone;
        return error.isRetryable ? "again" : "wrong";
      },
    );
  }

  async #destroy(roomId: string): Promise<void> {
    let isInDoubt = false;
    await this.#persist(
      () => this.#rooms().destroyRoom(roomId, { timeoutMs: ATTEMPT_MS, retry: false }),
      (error) => {
        if (error.status === 404 && isInDoubt) return "done";
        isInDoubt ||= error.mayHaveBeenDone;
        return error.isRetryable ? "again" : "wrong";
      },
    );
  }

  async #persist(
    attempt: () => Promise<unknown>,
    judge: (error: RoombridgeError) => "done" | "again" | "wrong",
  ): Promise<void> {
    const until = performance.now() + PATIENCE_MS;
    for (;;) {
      try {
        await attempt();
        return;
      } catch (error) {
        if (!RoombridgeError.isInstance(error)) throw error;
        const verdict = judge(error);
        if (verdict === "done") return;
        const what = `${error.code} ${error.status ?? ""}`.trim();
        this.failures.set(what, (this.failures.get(what) ?? 0) + 1);
        if (verdict === "wrong" || performance.now() > until) throw error;
        await delay(PAUSE_MS.failure);
      }
    }
  }

  #rooms() {
    const { gateways, token, appId } = this.#target;
    const all = gateways();
    this.#turn += 1;
    const serverUrl = all[this.#turn % all.length] ?? "";
    return new RoombridgeClient({ serverUrl, token, appId, retry: false }).roomsV2;
  }
}
