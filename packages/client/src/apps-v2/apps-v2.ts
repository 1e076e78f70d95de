import { applicationId } from "../application-id.ts";
import type { CallOptions, OfOrganization, RepeatableCallOptions } from "../call-options.ts";
import type { HttpTransport } from "../http/http-transport.ts";
import { JsonReader } from "../http/json-reader.ts";
import { CREATE, DELETE, PATCH, READ, RESUME, type Operation } from "../http/operation.ts";
import { urlPath, urlQuery } from "../http/url-path.ts";
import type {
  Application,
  CreateAppParams,
  DeployedApplication,
  PatchAppParams,
  UpdateAppParams,
} from "./application.ts";
import { readApplication, readDeployedApplication } from "./read-application.ts";

const APPS = "/apps/v2/apps";

/** Hathora AppsV2. Every method throws RoombridgeError. */
export class AppsV2 {
  readonly #transport: HttpTransport;
  readonly #appId: string | undefined;

  constructor(transport: HttpTransport, appId: string | undefined) {
    this.#transport = transport;
    this.#appId = appId;
  }

  /** All applications of the organisation, newest first. */
  async getApps({ orgId, ...options }: RepeatableCallOptions & OfOrganization = {}): Promise<DeployedApplication[]> {
    const path = APPS + urlQuery({ orgId });
    const answer = await this.#transport.call({ operation: READ, path }, options);
    return new JsonReader(answer).objects("applications").map(readDeployedApplication);
  }

  /** Never repeated by itself: the second request would find the name taken. */
  async createApp(
    params: CreateAppParams,
    { orgId, ...options }: CallOptions & OfOrganization = {},
  ): Promise<Application> {
    const path = APPS + urlQuery({ orgId });
    const answer = await this.#transport.call({ operation: CREATE, path, body: params }, options);
    return readApplication(new JsonReader(answer));
  }

  async getApp(options: RepeatableCallOptions = {}): Promise<Application> {
    return readApplication(new JsonReader(await this.#call(READ, options)));
  }

  /** Sets name and authentication anew. */
  async updateApp(params: UpdateAppParams, options: RepeatableCallOptions = {}): Promise<Application> {
    return readApplication(new JsonReader(await this.#call(RESUME, options, params)));
  }

  /** Changes what is given. */
  async patchApp(params: PatchAppParams, options: RepeatableCallOptions = {}): Promise<Application> {
    return readApplication(new JsonReader(await this.#call(PATCH, options, params)));
  }

  /** With its rooms and processes. Repeated after a 429 only: a second request would find nothing. */
  async deleteApp(options: RepeatableCallOptions = {}): Promise<void> {
    await this.#call(DELETE, options);
  }

  async #call(operation: Operation, options: CallOptions, body?: object): Promise<unknown> {
    const path = APPS + urlPath`/${applicationId(options, this.#appId)}`;
    return this.#transport.call({ operation, path, body }, options);
  }
}
