import { z } from "zod";

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

/** Hathora `Region`. */
export const Region = z.enum(REGIONS).meta({ id: "Region" });
export type Region = z.infer<typeof Region>;

export function isRegion(value: string): value is Region {
  return (REGIONS as readonly string[]).includes(value);
}
