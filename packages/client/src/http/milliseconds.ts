import { RoombridgeError } from "../roombridge-error.ts";

/** The longest that a timer takes. */
const MAX_MS = 2 ** 31 - 1;

/** The value itself. Throws `invalid_argument` for one that no timer takes. */
export function checkedMs(name: string, value: number): number {
  if (value >= 0 && value <= MAX_MS) return value;
  throw new RoombridgeError("invalid_argument", `${name}: expected a number from 0 to ${MAX_MS}`);
}
