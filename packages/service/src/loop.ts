export interface Loop {
  /** Runs the next round now, or right after the one under way. */
  wake(): void;
  /** Waits for the round under way; no other follows. */
  stop(): Promise<void>;
}

/** Runs `round` at once, when woken, and `intervalMs` after each end; never two at a time. `round` must not throw. */
export function startLoop(intervalMs: number, round: () => Promise<void>): Loop {
  let isStopped = false;
  let isWoken = false;
  let endPause: (() => void) | undefined;

  async function run(): Promise<void> {
    while (!isStopped) {
      isWoken = false;
      await round();
      if (!isStopped && !isWoken) await pause();
    }
  }
  function pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, intervalMs);
      endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
  const wake = () => {
    isWoken = true;
    endPause?.();
  };
  const running = run();
  const stop = async () => {
    isStopped = true;
    wake();
    await running;
  };
  return { wake, stop };
}
