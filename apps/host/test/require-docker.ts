import { requireProgram } from "@roombridge/testing";

/**
 * True when the tests with a Docker engine of their own are wanted (TEST_DOCKER=1) and can run; else one loud line says that
 * they are skipped. Throws when they are wanted and not everything they need is there.
 */
export function requireDocker(): boolean {
  if (process.env["TEST_DOCKER"] !== "1") {
    console.warn("SKIPPED TESTS: those of the docker provider need root, Debian's docker.io and TEST_DOCKER=1");
    return false;
  }
  if (process.getuid?.() !== 0)
    throw new Error("TEST_DOCKER=1 needs root: the tests start a Docker engine of their own");
  const programs = [
    ["dockerd", "docker.io"],
    ["docker-init", "docker.io"],
    ["ip", "iproute2"],
    ["curl", "curl"],
  ] as const;
  return programs.every(([name, debianPackage]) => requireProgram(name, debianPackage) !== undefined);
}
