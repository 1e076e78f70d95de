/** The regions of Hathora Cloud in the order of its specification; the wire knows no others. */
export const REGIONS = [
  "Seattle",
  "Los_Angeles",
  "Washington_DC",
  "Chicago",
  "London",
  "Frankfurt",
  "Mumbai",
  "Singapore",
  "Tokyo",
  "Sydney",
  "Sao_Paulo",
  "Dallas",
  "Johannesburg",
  "Dubai",
] as const;

export type Region = (typeof REGIONS)[number];

export function isRegion(value: string): value is Region {
  return (REGIONS as readonly string[]).includes(value);
}
