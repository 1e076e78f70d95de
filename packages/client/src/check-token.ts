import { RoombridgeError } from "./roombridge-error.ts";

/** Throws `invalid_argument` for a token that no header can hold: an error of fetch would show the whole of it. */
export function checkToken(name: string, token: string): void {
  if (!/^[!-~]+$/.test(token)) {
    throw new RoombridgeError("invalid_argument", `${name}: expected printable ASCII without spaces`);
  }
}
