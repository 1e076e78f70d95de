import type { Scope } from "@roombridge/models/api";
import type { RepeatableCallOptions } from "../call-options.ts";
import type { HttpTransport } from "../http/http-transport.ts";
import { JsonReader } from "../http/json-reader.ts";
import { READ } from "../http/operation.ts";
import type { Open } from "../open.ts";

/** What owns applications and tokens. */
export interface Organization {
  readonly orgId: string;
  readonly name: string;
  /** What the token that asks may do. */
  readonly scopes: readonly Open<Scope>[];
}

/** Hathora OrganizationsV1, as far as there is one. Every method throws RoombridgeError. */
export class OrganizationsV1 {
  readonly #transport: HttpTransport;

  constructor(transport: HttpTransport) {
    this.#transport = transport;
  }

  /** The organisation of the token, as a list of one. */
  async getOrgs(options: RepeatableCallOptions = {}): Promise<Organization[]> {
    const answer = await this.#transport.call({ operation: READ, path: "/orgs/v1" }, options);
    return new JsonReader(answer).objects("orgs").map((org) => ({
      orgId: org.text("orgId"),
      name: org.text("name"),
      scopes: org.texts("scopes"),
    }));
  }
}
