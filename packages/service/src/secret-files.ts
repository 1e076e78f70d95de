import { readFileSync } from "node:fs";

/** Variables that hold a secret: each may be given as a file instead, by the same name and `_FILE`. */
const SECRET_VARIABLES = [
  "DATABASE_URL",
  "DATABASE_DIRECT_URL",
  "ROOMBRIDGE_DEV_TOKEN",
  "TURN_CREDENTIAL_KEYS",
  "TURN_REST_SECRET",
  "TURN_CLI_PASSWORD",
  "COTURN_DB_PASSWORD",
  "OTEL_EXPORTER_OTLP_HEADERS",
] as const;

/**
 * The secrets that are given as files, of those variables that an app reads, and what is wrong with them, by the name of the
 * variable. One newline at the end of a file, which editors and `echo` leave, is not part of the secret. An app that reads
 * `<variable>_FILE` itself, to look at the file again later, is left to do so.
 */
export function readSecretFiles(
  given: Readonly<Record<string, string | undefined>>,
  read: readonly string[],
): { readonly values: Readonly<Record<string, string>>; readonly problems: ReadonlyMap<string, string> } {
  const values: Record<string, string> = {};
  const problems = new Map<string, string>();
  for (const name of SECRET_VARIABLES) {
    const path = given[`${name}_FILE`];
    if (path === undefined || !read.includes(name) || read.includes(`${name}_FILE`)) continue;
    const secret =
      given[name] === undefined ? readSecret(path) : { problem: `is set, and ${name} too: only one may be` };
    if ("problem" in secret) problems.set(name, `${name}_FILE: ${secret.problem}`);
    else values[name] = secret.value;
  }
  return { values, problems };
}

function readSecret(path: string): { readonly value: string } | { readonly problem: string } {
  try {
    const value = readFileSync(path, "utf8").replace(/\r?\n$/, "");
    return value === "" ? { problem: "the file is empty" } : { value };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? ` (${String(error.code)})` : "";
    return { problem: `the file does not exist or cannot be read${code}` };
  }
}
