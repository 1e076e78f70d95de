import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";

/** Given to the system at once: as finely it is known whether the peer takes anything. */
const SLICE_BYTES = 262_144;
const NOTHING = Buffer.alloc(0);

interface Waiting {
  readonly bytes: Uint8Array;
  readonly onTaken: (() => void) | undefined;
}

/**
 * Writes to a socket, one slice at a time. Node's own timer would not do: whatever the peer sends restarts it, also for what
 * the peer does not take.
 */
export class PacedWriter {
  readonly #socket: Socket;
  /** The system takes at once what it has room for. */
  readonly #isPlain: boolean;
  readonly #onTaken: () => void;
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #isWriting = false;
  #onFinished: (() => void) | undefined;
  /** Slices that were taken, and how many there were when it was last looked. */
  #taken = 0;
  #takenBefore = 0;
  #takenAt = performance.now();

  /** `onTaken` is called for each slice that was not taken while `write` ran. */
  constructor(socket: Socket, onTaken: () => void) {
    this.#socket = socket;
    this.#isPlain = !(socket instanceof TLSSocket);
    this.#onTaken = onTaken;
  }

  /** `end` was called: nothing more is written. */
  get isEnded(): boolean {
    return this.#onFinished !== undefined;
  }

  get unsentBytes(): number {
    return this.#socket.writableLength + this.#waitingBytes;
  }

  /** `onTaken` is called when the system has taken the bytes, or never will. */
  write(bytes: Uint8Array, onTaken?: () => void): void {
    if (!this.#isWriting && bytes.length <= SLICE_BYTES) {
      this.#send(bytes, onTaken);
      return;
    }
    this.#waitingBytes += bytes.length;
    for (let at = 0; at < bytes.length; at += SLICE_BYTES) {
      const isLast = at + SLICE_BYTES >= bytes.length;
      this.#waiting.push({ bytes: bytes.subarray(at, at + SLICE_BYTES), onTaken: isLast ? onTaken : undefined });
    }
    if (!this.#isWriting) this.#goOn();
  }

  /** Closes this side behind what is unsent; `onFinished` is called when it is closed. */
  end(onFinished: () => void): void {
    this.#onFinished = onFinished;
    if (!this.#isWriting) this.#socket.end(onFinished);
  }

  /** The socket is gone. */
  abandon(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    for (const { onTaken } of waiting) onTaken?.();
  }

  /** For how long the peer has taken nothing of what there is for it, as far as was looked; to be called now and then. */
  stalledMs(now: number): number {
    if (this.unsentBytes === 0 || this.#taken !== this.#takenBefore) {
      this.#takenBefore = this.#taken;
      this.#takenAt = now;
    }
    return now - this.#takenAt;
  }

  #send(bytes: Uint8Array, onTaken: (() => void) | undefined): void {
    let last = bytes;
    if (this.#isPlain && !onTaken) {
      this.#socket.write(bytes);
      if (this.#socket.writableLength === 0) {
        this.#taken += 1;
        return;
      }
      // Its turn comes when the bytes before it are taken.
      last = NOTHING;
    }
    this.#isWriting = true;
    this.#socket.write(last, () => {
      this.#isWriting = false;
      this.#taken += 1;
      onTaken?.();
      if (!this.#socket.destroyed) this.#goOn();
      this.#onTaken();
    });
  }

  /** Sends what waits until the system takes no more. */
  #goOn(): void {
    while (!this.#isWriting && this.#waiting.length > 0) this.#sendSlice();
    if (!this.#isWriting && this.#onFinished) this.#socket.end(this.#onFinished);
  }

  /** What waits goes together as far as it fits into a slice. */
  #sendSlice(): void {
    const next: Waiting[] = [];
    let size = 0;
    for (const waiting of this.#waiting) {
      if (next.length > 0 && size + waiting.bytes.length > SLICE_BYTES) break;
      size += waiting.bytes.length;
      next.push(waiting);
    }
    this.#waiting.splice(0, next.length);
    this.#waitingBytes -= size;
    const callbacks = next.flatMap(({ onTaken }) => onTaken ?? []);
    const [first] = next;
    const bytes = first && next.length === 1 ? first.bytes : Buffer.concat(next.map((waiting) => waiting.bytes));
    this.#send(bytes, callbacks.length === 0 ? undefined : () => callbacks.forEach((onTaken) => onTaken()));
  }
}
