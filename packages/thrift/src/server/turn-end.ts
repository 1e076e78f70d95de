/** Something to be done when all that has arrived in this turn of the event loop has been read. */
export interface Postponed {
  atTurnEnd(): void;
}

/**
 * Lets all connections send what they have at the end of a turn, one after the other: the clients then read, and call again,
 * while the server does not have to wake up for each of them.
 */
export class TurnEnd {
  #waiting: Postponed[] = [];

  add(postponed: Postponed): void {
    if (this.#waiting.push(postponed) === 1) setImmediate(this.#run);
  }

  readonly #run = (): void => {
    const waiting = this.#waiting;
    // Who is added from now on has to wait for the next turn.
    this.#waiting = [];
    for (const postponed of waiting) postponed.atTurnEnd();
  };
}
