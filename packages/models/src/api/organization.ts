import { z } from "zod";
import { Scope } from "./scope.ts";

/** An organisation as Hathora shows it; there are no bills here and no fleets. */
export const Organization = z.object({
  orgId: z.string().meta({ example: "org-6d2fa8a1-2f0b-4d53-9f5c-6f6f1f0d8d1e" }),
  name: z.string(),
  scopes: z.array(Scope).meta({ description: "What the token that asks may do." }),
  maxRequestedMemoryMB: z.number(),
  isSingleTenant: z.boolean(),
  stripeCustomerId: z.string().meta({ description: "Always empty." }),
  defaultFleetId: z.string().nullable().meta({ description: "Always null." }),
});
export type Organization = z.infer<typeof Organization>;

export const OrganizationPage = z.object({ orgs: z.array(Organization) });
export type OrganizationPage = z.infer<typeof OrganizationPage>;
