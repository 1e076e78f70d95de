interface Lane<Result> {
  readonly current: Promise<Result>;
  next: Promise<Result> | undefined;
}

/**
 * One call at a time for each key. Whoever comes while one is under way shares the next one, never the current: that may
 * have looked at the world before they came.
 */
export class Coalescer<Result> {
  readonly #lanes = new Map<string, Lane<Result>>();

  run(key: string, call: () => Promise<Result>): Promise<Result> {
    const lane = this.#lanes.get(key);
    if (!lane) return this.#start(key, call);
    const follow = () => this.#start(key, call);
    lane.next ??= lane.current.then(follow, follow);
    return lane.next;
  }

  #start(key: string, call: () => Promise<Result>): Promise<Result> {
    const current = call();
    const lane: Lane<Result> = { current, next: undefined };
    this.#lanes.set(key, lane);
    const leave = () => {
      if (!lane.next) this.#lanes.delete(key);
    };
    current.then(leave, leave);
    return current;
  }
}
