import { type CoturnVersion, isAtLeast } from "./coturn-version.ts";

interface Hole {
  /** The first version without it. */
  readonly fixed: CoturnVersion;
  readonly what: string;
  /** The only processor on which it shows; default: every one. */
  readonly arch?: NodeJS.Architecture;
}

/** What no line of a configuration closes; the others are closed (docs/turn.md has the table). */
const HOLES: readonly Hole[] = [
  { fixed: version(10), what: "one datagram ends it on this processor (CVE-2026-40613)", arch: "arm64" },
  { fixed: version(14), what: "its refusals can be reflected onto others without a limit" },
  { fixed: version(15), what: "attributes behind the signature of a request count" },
  { fixed: version(16), what: "a flood of unsigned requests takes memory" },
];

/** What this coturn cannot be protected from by its configuration; empty from 4.16 on. */
export function unfixedHoles(coturn: CoturnVersion, arch: NodeJS.Architecture = process.arch): string[] {
  return HOLES.filter((hole) => !isAtLeast(coturn, hole.fixed) && (hole.arch ?? arch) === arch).map(({ what }) => what);
}

function version(minor: number): CoturnVersion {
  return { major: 4, minor, patch: 0 };
}
