/**
 * Which failures of an operation may be answered by sending it again. `safe`: all that may pass, because twice is as good as
 * once. `refused`: only a 429, which proves that nothing was done. `never`: every repetition is the caller's decision.
 */
export type Repeat = "safe" | "refused" | "never";

/** What the wire contract and the rule of repetition say about a kind of operation. */
export interface Operation {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  readonly success: 200 | 201 | 204;
  /** False for public operations: the token stays here. */
  readonly needsToken: boolean;
  readonly repeat: Repeat;
}

export const READ: Operation = { method: "GET", success: 200, needsToken: true, repeat: "safe" };
export const PUBLIC_READ: Operation = { ...READ, needsToken: false };
export const CREATE: Operation = { method: "POST", success: 201, needsToken: true, repeat: "never" };
/** Each time another credential, which may push out an older one of the same player: only a 429 proves that none was made. */
export const ISSUE: Operation = { ...CREATE, repeat: "refused" };
/** A second time is another player, whom nobody misses. */
export const LOGIN: Operation = { method: "POST", success: 200, needsToken: false, repeat: "safe" };
/** Resume, and revocations: twice is as good as once, and there is an answer. */
export const RESUME: Operation = { method: "POST", success: 200, needsToken: true, repeat: "safe" };
/** As RESUME, by another method. */
export const PATCH: Operation = { ...RESUME, method: "PATCH" };
/** Suspend, update, stop: a second time changes nothing. */
export const CHANGE: Operation = { method: "POST", success: 204, needsToken: true, repeat: "safe" };
/** With an instance of its own: a second time finds the first one's process. */
export const REGISTER: Operation = { ...CREATE, repeat: "safe" };
export const HEARTBEAT: Operation = { ...RESUME };
/** The id is free again at once: a second time could end a new room of the same id, or answer 404 for the first one's success. */
export const DESTROY: Operation = { ...CHANGE, repeat: "refused" };
/** A second time would answer 404 for the first one's success. */
export const DELETE: Operation = { ...DESTROY, method: "DELETE" };
/** Each time another secret, and only the one before it stays good for a while. */
export const ROTATE: Operation = { ...RESUME, repeat: "refused" };
