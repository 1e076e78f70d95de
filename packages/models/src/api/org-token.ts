import { z } from "zod";
import { Scope } from "./scope.ts";
import { storableText } from "./storable-text.ts";

export const OrgTokenStatus = z.enum(["active", "revoked"]).meta({ id: "OrgTokenStatus" });
export type OrgTokenStatus = z.infer<typeof OrgTokenStatus>;

/** A list is a limit, also an empty one. */
const TokenScopes = z.union([z.array(Scope).max(100), z.literal("admin")]);

/** A token of an organisation, without what opens anything. */
export const OrgToken = z.object({
  orgTokenId: z.string().meta({ example: "org-token-af469a92-5b45-4565-b3c4-b79878de67d2" }),
  orgId: z.string(),
  name: z.string(),
  status: OrgTokenStatus,
  scopes: TokenScopes,
  createdAt: z.iso.datetime(),
  createdBy: z
    .string()
    .meta({ description: "The orgTokenId of the token that created it, `operator`, or `ROOMBRIDGE_CONFIG`." }),
  lastFourCharsOfKey: z.string(),
});
export type OrgToken = z.infer<typeof OrgToken>;

export const OrgTokenName = storableText(100).min(1);

/** Body of CreateOrgToken. No scopes: the token may do everything. */
export const CreateOrgTokenParams = z.object({
  name: OrgTokenName.meta({ description: "Unique among the organisation's tokens that are not revoked." }),
  scopes: TokenScopes.optional(),
});
export type CreateOrgTokenParams = z.infer<typeof CreateOrgTokenParams>;

/** Answer to CreateOrgToken, the only one that ever shows the token itself. */
export const CreatedOrgToken = z.object({ plainTextToken: z.string(), orgToken: OrgToken });
export type CreatedOrgToken = z.infer<typeof CreatedOrgToken>;

export const OrgTokenList = z.object({ tokens: z.array(OrgToken) });
export type OrgTokenList = z.infer<typeof OrgTokenList>;
