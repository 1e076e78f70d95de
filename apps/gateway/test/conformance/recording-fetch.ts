import type { Outcome } from "./row.ts";

/** A `fetch` for one call, which keeps the answer as it came. */
export function recordingFetch(): { readonly fetch: typeof fetch; readonly wire: () => Outcome["wire"] } {
  let wire: Outcome["wire"] | undefined;
  return {
    async fetch(input, init) {
      if (wire) throw new Error("the client has sent more than one request");
      const response = await fetch(input, init);
      wire = { status: response.status, headers: response.headers, text: await response.clone().text() };
      return response;
    },
    wire() {
      if (!wire) throw new Error("the client has sent no request");
      return wire;
    },
  };
}
