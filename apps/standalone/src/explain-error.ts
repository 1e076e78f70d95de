/** One error as a sentence for an operator. Attempts to connect to several addresses fail with a code and no message. */
export function explainError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ("code" in error && error.code === "ECONNREFUSED") {
    return `nothing answers there (${error.message || error.code}): is the database of DATABASE_URL running?`;
  }
  return error.message || ("code" in error ? String(error.code) : error.name);
}
