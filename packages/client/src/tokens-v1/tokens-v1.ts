import type { CallOptions, RepeatableCallOptions } from "../call-options.ts";
import type { HttpTransport } from "../http/http-transport.ts";
import { JsonReader } from "../http/json-reader.ts";
import { CREATE, READ, RESUME } from "../http/operation.ts";
import { urlPath } from "../http/url-path.ts";
import { RoombridgeError } from "../roombridge-error.ts";
import { type CreatedOrgToken, type CreateOrgTokenParams, type OrgToken, readOrgToken } from "./org-token.ts";

/** Hathora TokensV1. `orgId` is that of the token which asks: see `organizationsV1`. Every method throws RoombridgeError. */
export class TokensV1 {
  readonly #transport: HttpTransport;

  constructor(transport: HttpTransport) {
    this.#transport = transport;
  }

  /** All tokens of the organisation, revoked ones too, newest first. */
  async getOrgTokens(orgId: string, options: RepeatableCallOptions = {}): Promise<OrgToken[]> {
    const answer = await this.#transport.call({ operation: READ, path: urlPath`/tokens/v1/orgs/${orgId}` }, options);
    return new JsonReader(answer).objects("tokens").map(readOrgToken);
  }

  /** Creates a token. Never repeated by itself: if the answer is lost, look for its name, and revoke it. */
  async createOrgToken(
    orgId: string,
    params: CreateOrgTokenParams,
    options: CallOptions = {},
  ): Promise<CreatedOrgToken> {
    const path = urlPath`/tokens/v1/orgs/${orgId}/create`;
    const answer = new JsonReader(await this.#transport.call({ operation: CREATE, path, body: params }, options));
    return { plainTextToken: answer.text("plainTextToken"), orgToken: readOrgToken(answer.object("orgToken")) };
  }

  /** Ends a token, for good and within five seconds. Does nothing to one that is revoked. */
  async revokeOrgToken(orgId: string, orgTokenId: string, options: RepeatableCallOptions = {}): Promise<void> {
    const path = urlPath`/tokens/v1/orgs/${orgId}/tokens/${orgTokenId}/revoke`;
    const answer = await this.#transport.call({ operation: RESUME, path }, options);
    if (answer !== true) throw new RoombridgeError("invalid_response", "answer is not true");
  }
}
