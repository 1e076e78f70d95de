import type { CallOptions, OfOrganization, RepeatableCallOptions } from "../call-options.ts";
import type { HttpTransport } from "../http/http-transport.ts";
import { JsonReader } from "../http/json-reader.ts";
import { CREATE, DELETE, READ, RESUME } from "../http/operation.ts";
import { urlPath, urlQuery } from "../http/url-path.ts";
import type { Build, CreateBuildParams, RunBuildParams } from "./build.ts";
import { readBuild } from "./read-build.ts";

const BUILDS = "/builds/v3/builds";

/** Hathora BuildsV3, without the uploads. Builds are the organisation's. Every method throws RoombridgeError. */
export class BuildsV3 {
  readonly #transport: HttpTransport;

  constructor(transport: HttpTransport) {
    this.#transport = transport;
  }

  /** The newest 1,000, newest first. */
  async getBuilds({ orgId, ...options }: RepeatableCallOptions & OfOrganization = {}): Promise<Build[]> {
    const path = BUILDS + urlQuery({ orgId });
    const answer = await this.#transport.call({ operation: READ, path }, options);
    return new JsonReader(answer).objects("builds").map(readBuild);
  }

  async getBuild(buildId: string, options: RepeatableCallOptions = {}): Promise<Build> {
    const path = BUILDS + urlPath`/${buildId}`;
    return readBuild(new JsonReader(await this.#transport.call({ operation: READ, path }, options)));
  }

  /** A build without an image. Never repeated by itself: a second request would create a second one. */
  async createBuildRegistry(
    params: CreateBuildParams = {},
    { orgId, ...options }: CallOptions & OfOrganization = {},
  ): Promise<Build> {
    const path = `${BUILDS}/registry${urlQuery({ orgId })}`;
    return readBuild(new JsonReader(await this.#transport.call({ operation: CREATE, path, body: params }, options)));
  }

  /** Gives a build its image, once and for all; the same one again is fine. Answers what was done, in lines. */
  async runBuildRegistry(
    buildId: string,
    params: RunBuildParams,
    options: RepeatableCallOptions = {},
  ): Promise<string> {
    const path = BUILDS + urlPath`/${buildId}/runRegistry`;
    const stream = await this.#transport.open({ operation: RESUME, path, body: params }, options);
    return new Response(stream).text();
  }

  /** What runs of it runs on. Repeated after a 429 only: a second request would find nothing. */
  async deleteBuild(buildId: string, options: RepeatableCallOptions = {}): Promise<void> {
    const path = BUILDS + urlPath`/${buildId}`;
    await this.#transport.call({ operation: { ...DELETE, success: 200 }, path }, options);
  }
}
