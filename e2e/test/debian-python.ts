import { spawnSync } from "node:child_process";

/** Debian's own Python: another one on PATH would not see python3-thrift. */
const DEBIAN_PYTHON = "/usr/bin/python3";

/**
 * The Python that has Apache Thrift. Undefined, with a loud line, where it is missing; under CI that is an Error.
 */
export function requirePythonThrift(): string | undefined {
  if (spawnSync(DEBIAN_PYTHON, ["-c", "import thrift"]).status === 0) return DEBIAN_PYTHON;
  const message = `${DEBIAN_PYTHON} cannot import thrift (Debian: apt-get install python3-thrift)`;
  if (process.env["CI"]) throw new Error(message);
  console.warn(`SKIPPED TESTS: ${message}`);
  return undefined;
}
