import { pause } from "../http/pause.ts";
import { retryDelayMs } from "../http/retry.ts";
import type { ProcessesV3 } from "../processes-v3/processes-v3.ts";
import type { RegisterStaticProcessParams, StaticProcess, StaticProcessRoom } from "../processes-v3/static-process.ts";
import { RoombridgeError } from "../roombridge-error.ts";
import type { RoombridgeClient } from "../roombridge-client.ts";
import { compareRooms } from "./room-list.ts";
import type { RegisterServerOptions, ServerHandlers } from "./server-options.ts";

/** Attempts until the deadline. */
const PERSISTENT = { attempts: 1_000_000 };
/** For a registration after a loss, which is not cut short: an unknown one would take rooms until its lease is over. */
const REGISTER_ANEW_MS = 5_000;
/** Between heartbeats that fail, and between registrations of a server that was lost. */
const BACK_OFF = { attempts: 1, baseDelayMs: 500, maxDelayMs: 5_000 };

/**
 * Registers this game server, which Roombridge has not started itself: from now on rooms are placed on it. It sends the
 * heartbeats by itself until `close`, registers anew when it was lost, and keeps the Node process alive. Throws
 * RoombridgeError when it was refused or had no answer within `registerTimeoutMs`.
 */
export async function registerServer(
  { processesV3 }: Pick<RoombridgeClient, "processesV3">,
  options: RegisterServerOptions,
): Promise<StaticServer> {
  const { appId, registerTimeoutMs: timeoutMs = 30_000, name = crypto.randomUUID(), ...rest } = options;
  const { onRoomAdded, onRoomUpdated, onRoomRemoved, onStop, onError, ...params } = rest;
  const registration = { ...params, name, instanceId: crypto.randomUUID() };
  const process = await processesV3.registerStaticProcess(registration, { appId, timeoutMs, retry: PERSISTENT });
  const handlers = { onRoomAdded, onRoomUpdated, onRoomRemoved, onStop, onError };
  return new StaticServer({ processesV3, appId, registration, handlers, process });
}

interface Parts {
  readonly processesV3: ProcessesV3;
  readonly appId: string | undefined;
  readonly registration: RegisterStaticProcessParams;
  readonly handlers: ServerHandlers;
  readonly process: StaticProcess;
}

/** A game server that is registered, from `registerServer`. */
export class StaticServer {
  readonly #parts: Parts;
  readonly #rooms = new Map<string, StaticProcessRoom>();
  /** Aborted when no heartbeat shall follow. */
  readonly #over = new AbortController();
  readonly #running: Promise<void>;
  #process: StaticProcess;
  #underWay: Promise<void> | undefined;
  #pauseMs: number;
  #failures = 0;
  #isAskedToStop = false;
  #closed: Promise<void> | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#process = parts.process;
    this.#pauseMs = parts.process.heartbeatSeconds * 1_000;
    this.#running = this.#run();
  }

  /** Changes when the server was lost and has registered anew. */
  get processId(): string {
    return this.#process.processId;
  }

  /** The rooms of the last heartbeat, by roomId. */
  get rooms(): ReadonlyMap<string, StaticProcessRoom> {
    return this.#rooms;
  }

  /**
   * Sends a heartbeat now: for a player who comes for a room that `rooms` does not have yet. Never throws; a failure goes to
   * `onError`.
   */
  async refresh(): Promise<void> {
    // One under way may have been answered before the room came.
    await this.#underWay;
    if (!this.#over.signal.aborted) await this.#beat();
  }

  /**
   * Ends the heartbeats and deregisters. Exit code 0 destroys the rooms that are here; any other one leaves them without a
   * process, to be resumed. Throws RoombridgeError when that cannot be told; the rooms then lose their process with the lease.
   */
  close(exitCode = 0): Promise<void> {
    this.#closed ??= this.#close(exitCode);
    return this.#closed;
  }

  async #close(exitCode: number): Promise<void> {
    this.#over.abort();
    await this.#running;
    const { processesV3, appId } = this.#parts;
    const { processId, leaseSeconds } = this.#process;
    // Longer than its lease it need not try.
    await processesV3.deregisterStaticProcess(processId, { appId, exitCode, timeoutMs: leaseSeconds * 1_000 });
  }

  async #run(): Promise<void> {
    const { signal } = this.#over;
    // Not before the caller has this object, of which its handlers may make use.
    await pause(0, signal);
    this.#learn(this.#process);
    while (!signal.aborted) {
      await pause(this.#pauseMs, signal);
      if (!signal.aborted) await this.#beat();
    }
    await this.#underWay;
  }

  /** One at a time: whoever asks meanwhile shares it. */
  #beat(): Promise<void> {
    this.#underWay ??= this.#beatOnce().finally(() => {
      this.#underWay = undefined;
    });
    return this.#underWay;
  }

  async #beatOnce(): Promise<void> {
    const { processesV3, appId } = this.#parts;
    const { processId, roomsVersion, leaseSeconds, heartbeatSeconds } = this.#process;
    const startedAt = performance.now();
    try {
      const answer = await processesV3.heartbeatStaticProcess(processId, {
        appId,
        roomsVersion,
        // Two thirds of the lease: what gets no answer then leaves time for another attempt.
        timeoutMs: (leaseSeconds * 1_000 * 2) / 3,
        retry: false,
        signal: this.#over.signal,
      });
      this.#learn(answer);
      this.#failures = 0;
      this.#pauseMs = Math.max(0, startedAt + heartbeatSeconds * 1_000 - performance.now());
    } catch (error) {
      await this.#recover(error);
    }
  }

  /** A server that was lost registers anew; anything else but the loss of its name is a pause. */
  async #recover(error: unknown): Promise<void> {
    if (this.#over.signal.aborted) return;
    if (!RoombridgeError.isInstance(error)) throw error;
    if (error.status === 409) return this.#end("superseded");
    const isLost = error.status === 410 || error.status === 404;
    // The end was asked for, and nobody else has to be told that it came late.
    if (isLost && this.#isAskedToStop) return this.#over.abort();
    this.#fail(error);
    if (isLost) await this.#registerAnew();
  }

  async #registerAnew(): Promise<void> {
    const { processesV3, appId, registration } = this.#parts;
    const options = { appId, timeoutMs: REGISTER_ANEW_MS, retry: false } as const;
    const { signal } = this.#over;
    this.#setRooms([]);
    while (!signal.aborted) {
      try {
        this.#learn(await processesV3.registerStaticProcess(registration, options));
        this.#failures = 0;
        this.#pauseMs = this.#process.heartbeatSeconds * 1_000;
        return;
      } catch (error) {
        if (!RoombridgeError.isInstance(error)) throw error;
        this.#fail(error);
        await pause(this.#pauseMs, signal);
      }
    }
  }

  #fail(error: RoombridgeError): void {
    this.#failures += 1;
    this.#pauseMs = retryDelayMs(error, this.#failures, BACK_OFF, Math.random());
    this.#tell(() => this.#parts.handlers.onError?.(error));
  }

  #learn(process: StaticProcess): void {
    this.#process = process;
    if (process.rooms) this.#setRooms(process.rooms);
    if (process.stopReason !== null) this.#askToStop(process.stopReason);
    // It has ended already: nothing is left to be kept alive.
    if (process.status === "stopped" || process.status === "failed") this.#over.abort();
  }

  #setRooms(now: readonly StaticProcessRoom[]): void {
    const { onRoomAdded, onRoomUpdated, onRoomRemoved } = this.#parts.handlers;
    const { removed, added, updated } = compareRooms(this.#rooms, now);
    this.#rooms.clear();
    for (const room of now) this.#rooms.set(room.roomId, room);
    for (const room of removed) this.#tell(() => onRoomRemoved?.(room));
    for (const room of added) this.#tell(() => onRoomAdded?.(room));
    for (const room of updated) this.#tell(() => onRoomUpdated?.(room));
  }

  #end(reason: "superseded"): void {
    this.#over.abort();
    this.#setRooms([]);
    this.#askToStop(reason);
  }

  #askToStop(reason: string): void {
    if (this.#isAskedToStop) return;
    this.#isAskedToStop = true;
    this.#tell(() => this.#parts.handlers.onStop?.(reason));
  }

  /** A handler comes after the state that it tells of, in a turn of its own, and cannot break the heartbeats. */
  #tell(handler: () => void): void {
    queueMicrotask(handler);
  }
}
