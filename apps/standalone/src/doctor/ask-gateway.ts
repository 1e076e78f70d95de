import { type Finding, findingsOf } from "./finding.ts";

const TIMEOUT_MS = 5_000;

/** Asks a gateway whether it is ready (`/readyz`). */
export async function askGateway(url: URL): Promise<Finding[]> {
  const { findings, ok, fail } = findingsOf("gateway");
  const name = url.origin;
  try {
    const { status } = await fetch(new URL("/readyz", name), {
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (status === 200) ok(`${name} is ready`);
    else if (status === 503)
      fail(`${name} is draining, or does not reach its database`, "look at the last lines of its log");
    else fail(`${name} answers ${status} to /readyz`, "look whether a gateway is there, and not something before it");
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const reason = cause instanceof Error ? cause.message : String(cause);
    fail(`${name} cannot be reached: ${reason}`, "look whether it runs, and whether this machine may reach it");
  }
  return findings;
}
