import { applicationId } from "../application-id.ts";
import type { CallOptions, RepeatableCallOptions } from "../call-options.ts";
import type { HttpTransport } from "../http/http-transport.ts";
import { JsonReader } from "../http/json-reader.ts";
import { CREATE, READ, type Operation } from "../http/operation.ts";
import { urlPath, urlQuery } from "../http/url-path.ts";
import type { CreateDeploymentParams, Deployment, DeploymentFilter } from "./deployment.ts";
import { readDeployment } from "./read-deployment.ts";

/** Hathora DeploymentsV3. Every method throws RoombridgeError. */
export class DeploymentsV3 {
  readonly #transport: HttpTransport;
  readonly #appId: string | undefined;

  constructor(transport: HttpTransport, appId: string | undefined) {
    this.#transport = transport;
    this.#appId = appId;
  }

  /** The newest 1,000 that pass the filter, newest first. */
  async getDeployments(filter: DeploymentFilter = {}, options: RepeatableCallOptions = {}): Promise<Deployment[]> {
    const { buildTag, deploymentTag } = filter;
    const answer = await this.#call(READ, urlQuery({ buildTag, deploymentTag }), options);
    return new JsonReader(answer).objects("deployments").map(readDeployment);
  }

  /** The one that takes new rooms; 404 when there is none. */
  async getLatestDeployment(options: RepeatableCallOptions = {}): Promise<Deployment> {
    return readDeployment(new JsonReader(await this.#call(READ, "/latest", options)));
  }

  async getDeployment(deploymentId: string, options: RepeatableCallOptions = {}): Promise<Deployment> {
    return readDeployment(new JsonReader(await this.#call(READ, urlPath`/${deploymentId}`, options)));
  }

  /**
   * New rooms go onto its processes from now on, and those of older deployments drain. Never repeated by itself: a second
   * request would make a second one.
   */
  async createDeployment(params: CreateDeploymentParams, options: CallOptions = {}): Promise<Deployment> {
    return readDeployment(new JsonReader(await this.#call(CREATE, "", options, params)));
  }

  async #call(operation: Operation, rest: string, options: CallOptions, body?: object): Promise<unknown> {
    const path = urlPath`/deployments/v3/apps/${applicationId(options, this.#appId)}/deployments` + rest;
    return this.#transport.call({ operation, path, body }, options);
  }
}
