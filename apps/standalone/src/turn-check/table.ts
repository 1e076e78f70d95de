import type { RelayResult } from "./check-relay.ts";

/** The results for a person, one line each below a heading. */
export function toTable(results: readonly RelayResult[]): string[] {
  const width = Math.max(...results.map(({ uri }) => uri.length), "relay".length);
  const line = (uri: string, allocate: string, roundTrip: string, result: string): string =>
    `${uri.padEnd(width)}  ${allocate.padStart(9)}  ${roundTrip.padStart(10)}  ${result}`;
  return [
    line("relay", "allocate", "round trip", "result"),
    ...results.map(({ uri, allocateMs, roundTripMs, problem }) =>
      line(uri, milliseconds(allocateMs), milliseconds(roundTripMs), problem ?? "ok"),
    ),
  ];
}

function milliseconds(value: number | undefined): string {
  return value === undefined ? "-" : `${value.toFixed(1)} ms`;
}
