/** A code such as ECONNREFUSED, no_capacity or an SQLSTATE, else the name of its class: few values, and none holds a secret. */
export function errorType(error: unknown): string {
  if (typeof error !== "object" || error === null) return "error";
  if ("code" in error && typeof error.code === "string" && /^\w{1,40}$/.test(error.code)) return error.code;
  return error instanceof Error && /^\w{1,40}$/.test(error.name) ? error.name : "error";
}
