import { type CoturnVersion, isAtLeast } from "./coturn-version.ts";

interface Hole {
  /** The first version with it; default: every one before `fixed`. */
  readonly since?: CoturnVersion;
  /** The first version without it. */
  readonly fixed: CoturnVersion;
  readonly what: string;
  /** The only processor on which it shows; default: every one. */
  readonly arch?: NodeJS.Architecture;
}

/** What no line of a configuration closes; the others are closed (docs/turn.md has the table). */
const HOLES: readonly Hole[] = [
  { since: { major: 4, minor: 6, patch: 3 }, fixed: version(8), what: "its random numbers are weak (CVE-2025-69217)" },
  { fixed: version(10), what: "one datagram ends it on this processor (CVE-2026-40613)", arch: "arm64" },
  { fixed: version(14), what: "its refusals can be reflected onto others without a limit" },
  { fixed: version(15), what: "attributes behind the signature of a request count" },
  { fixed: version(16), what: "a flood of unsigned requests takes memory" },
  { fixed: version(17), what: "whoever has a credential can use up its ports (GHSA-847g-qmc6-6m4r)" },
];

/** What this coturn cannot be protected from by its configuration; empty from 4.17 on. */
export function unfixedHoles(coturn: CoturnVersion, arch: NodeJS.Architecture = process.arch): string[] {
  const has = ({ since, fixed, arch: only = arch }: Hole): boolean =>
    only === arch && !isAtLeast(coturn, fixed) && (since === undefined || isAtLeast(coturn, since));
  return HOLES.filter(has).map(({ what }) => what);
}

function version(minor: number): CoturnVersion {
  return { major: 4, minor, patch: 0 };
}
