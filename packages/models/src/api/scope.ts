import { z } from "zod";

/** What a token of an organisation may be limited to; the words are Hathora's. */
export const SCOPES = [
  "billing:read-write",
  "builds:read",
  "builds:read-write",
  "deployments:read",
  "deployments:read-write",
  "applications:read",
  "applications:read-write",
  "processes:read",
  "processes:read-write",
  "fleets:read",
  "fleets:read-write",
  "orgs:read",
  "orgs:read-write",
  "tokens:read",
  "tokens:read-write",
  "tickets:read",
  "tickets:read-write",
  "load-balancer:access",
] as const;

export const Scope = z.enum(SCOPES).meta({ id: "Scope" });
export type Scope = z.infer<typeof Scope>;
