import type { OrgTokenStatus, Scope } from "@roombridge/models/api";
import type { JsonReader } from "../http/json-reader.ts";
import type { Open } from "../open.ts";

/** What a token may do: everything, or what the list says. */
export type TokenScopes = "admin" | readonly Open<Scope>[];

/** A token of an organisation, without what opens anything. */
export interface OrgToken {
  readonly orgTokenId: string;
  readonly orgId: string;
  readonly name: string;
  readonly status: Open<OrgTokenStatus>;
  readonly scopes: TokenScopes;
  readonly createdAt: Date;
  /** The orgTokenId of the token that created it, or a word such as `operator`. */
  readonly createdBy: string;
  readonly lastFourCharsOfKey: string;
}

export interface CreateOrgTokenParams {
  /** Unique among the organisation's tokens that are not revoked. */
  readonly name: string;
  /** Default `admin`. Never more than the token that asks may do itself. */
  readonly scopes?: TokenScopes | undefined;
}

export interface CreatedOrgToken {
  /** The token itself. No other answer shows it. */
  readonly plainTextToken: string;
  readonly orgToken: OrgToken;
}

export function readOrgToken(token: JsonReader): OrgToken {
  return {
    orgTokenId: token.text("orgTokenId"),
    orgId: token.text("orgId"),
    name: token.text("name"),
    status: token.text("status"),
    scopes: token.is("scopes", "admin") ? "admin" : token.texts("scopes"),
    createdAt: token.date("createdAt"),
    createdBy: token.text("createdBy"),
    lastFourCharsOfKey: token.text("lastFourCharsOfKey"),
  };
}
