/** A version of coturn; its options come and go between minor releases. */
export interface CoturnVersion {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
}

/** The oldest coturn that understands the options we write and can tell its version. */
export const OLDEST_COTURN = { major: 4, minor: 6, patch: 0 } as const satisfies CoturnVersion;

/** Reads the output of `turnserver --version`; undefined when it names none. */
export function parseCoturnVersion(output: string): CoturnVersion | undefined {
  const match = /(\d+)\.(\d+)\.(\d+)/.exec(output);
  if (!match) return undefined;
  const [major = 0, minor = 0, patch = 0] = match.slice(1).map(Number);
  return { major, minor, patch };
}

export function isAtLeast(version: CoturnVersion, wanted: CoturnVersion): boolean {
  return (version.major - wanted.major || version.minor - wanted.minor || version.patch - wanted.patch) >= 0;
}
