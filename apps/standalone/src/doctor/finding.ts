/** `warn` can wait until morning, `fail` cannot. */
export type Level = "ok" | "warn" | "fail";

/** What one check has found, and what to do about it. */
export interface Finding {
  readonly level: Level;
  /** Which check, in one word. */
  readonly check: string;
  readonly message: string;
  /** Absent when all is well. */
  readonly advice?: string;
}

/** The findings of one check, each a call. */
export function findingsOf(check: string) {
  const findings: Finding[] = [];
  return {
    findings,
    ok: (message: string): void => void findings.push({ level: "ok", check, message }),
    warn: (message: string, advice: string): void => void findings.push({ level: "warn", check, message, advice }),
    fail: (message: string, advice: string): void => void findings.push({ level: "fail", check, message, advice }),
  };
}

/** `95 s`, `12 min`, `5 h` or `3 d`. */
export function duration(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3_600)} h`;
  return `${Math.round(seconds / 86_400)} d`;
}
