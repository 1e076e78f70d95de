import { RoombridgeError } from "./roombridge-error.ts";

/** For a path or a query. Throws `invalid_argument` for a lone surrogate, which no URL can hold. */
export function encodeText(text: string): string {
  try {
    return encodeURIComponent(text);
  } catch (cause) {
    throw new RoombridgeError("invalid_argument", "an id contains a lone surrogate", { cause });
  }
}
