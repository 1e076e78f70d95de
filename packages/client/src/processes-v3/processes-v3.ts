import type { Region } from "@roombridge/models/api";
import { applicationId } from "../application-id.ts";
import type { CallOptions, RepeatableCallOptions } from "../call-options.ts";
import type { HttpTransport } from "../http/http-transport.ts";
import { JsonReader } from "../http/json-reader.ts";
import { CHANGE, CREATE, HEARTBEAT, READ, REGISTER, type Operation } from "../http/operation.ts";
import { urlPath, urlQuery } from "../http/url-path.ts";
import type { Open } from "../open.ts";
import type { Process, ProcessFilter } from "./process.ts";
import {
  METRIC_NAMES,
  type ProcessMetrics,
  type ProcessMetricsParams,
  readProcessMetrics,
  toEpochSeconds,
} from "./process-metrics.ts";
import { readProcess } from "./read-process.ts";
import {
  readStaticProcess,
  type DeregisterOptions,
  type HeartbeatOptions,
  type RegisterStaticProcessParams,
  type StaticProcess,
} from "./static-process.ts";

/** Hathora ProcessesV3, and game servers that somebody else starts. Every method throws RoombridgeError. */
export class ProcessesV3 {
  readonly #transport: HttpTransport;
  readonly #appId: string | undefined;

  constructor(transport: HttpTransport, appId: string | undefined) {
    this.#transport = transport;
    this.#appId = appId;
  }

  /** The process, also for a while after its end. */
  async getProcess(processId: string, options: RepeatableCallOptions = {}): Promise<Process> {
    return readProcess(new JsonReader(await this.#call(READ, urlPath`/${processId}`, options)));
  }

  /** The ten newest processes that pass the filter, newest first; older ones with `before` the last one's `createdAt`. */
  async getLatestProcesses(filter: ProcessFilter = {}, options: RepeatableCallOptions = {}): Promise<Process[]> {
    const answer = await this.#call(READ, `/latest${toQuery(filter)}`, options);
    return JsonReader.list(answer).map(readProcess);
  }

  /** How many processes pass the filter (Hathora `GetProcessesCountExperimental`). */
  async getProcessesCount(filter: ProcessFilter = {}, options: RepeatableCallOptions = {}): Promise<number> {
    const answer = await this.#call(READ, `/count${toQuery(filter)}`, options);
    return new JsonReader(answer).integer("count");
  }

  /**
   * Starts a process without a room, so that rooms created later are active at once. Never repeated by itself: a second
   * request would start a second one.
   */
  async createProcess(region: Open<Region>, options: CallOptions = {}): Promise<Process> {
    return readProcess(new JsonReader(await this.#call(CREATE, urlPath`/regions/${region}`, options)));
  }

  /** Ends a process and destroys its rooms. Does nothing to one that has ended. */
  async stopProcess(processId: string, options: RepeatableCallOptions = {}): Promise<void> {
    await this.#call(CHANGE, urlPath`/${processId}/stop`, options);
  }

  /** What it has used, at most one point for each step. */
  async getProcessMetrics(
    processId: string,
    { metrics, start, end, stepSeconds }: ProcessMetricsParams = {},
    options: RepeatableCallOptions = {},
  ): Promise<ProcessMetrics> {
    const range = { start: toEpochSeconds("start", start), end: toEpochSeconds("end", end), step: stepSeconds };
    const path = urlPath`/process/${processId}/metrics` + urlQuery({ metrics, ...range });
    return readProcessMetrics(await this.#call(READ, path, options), metrics ?? METRIC_NAMES);
  }

  /**
   * Registers a game server that somebody else has started; it must send heartbeats from then on, which `registerServer` does by
   * itself.
   */
  async registerStaticProcess(
    params: RegisterStaticProcessParams,
    options: RepeatableCallOptions = {},
  ): Promise<StaticProcess> {
    const body = { ...params, instanceId: params.instanceId ?? crypto.randomUUID() };
    return readStaticProcess(new JsonReader(await this.#callStatic(REGISTER, "", options, body)));
  }

  /** Keeps a registered game server alive. Status 410: it was lost, register anew; 409: end, another one has its name. */
  async heartbeatStaticProcess(processId: string, options: HeartbeatOptions = {}): Promise<StaticProcess> {
    const { roomsVersion, ...rest } = options;
    const path = urlPath`/${processId}/heartbeat` + urlQuery({ roomsVersion });
    return readStaticProcess(new JsonReader(await this.#callStatic(HEARTBEAT, path, rest)));
  }

  /** Tells that a registered game server ends. Does nothing to one that has ended. */
  async deregisterStaticProcess(processId: string, options: DeregisterOptions = {}): Promise<void> {
    const { exitCode = 0, ...rest } = options;
    await this.#callStatic(CHANGE, urlPath`/${processId}/deregister`, rest, { exitCode });
  }

  async #call(operation: Operation, path: string, options: CallOptions): Promise<unknown> {
    return this.#transport.call({ operation, path: `${this.#base(options)}/processes${path}` }, options);
  }

  async #callStatic(operation: Operation, path: string, options: CallOptions, body?: object): Promise<unknown> {
    return this.#transport.call({ operation, path: `${this.#base(options)}/static${path}`, body }, options);
  }

  #base(options: CallOptions): string {
    return urlPath`/processes/v3/apps/${applicationId(options, this.#appId)}`;
  }
}

function toQuery({ statuses, regions, before }: ProcessFilter): string {
  return urlQuery({ status: statuses, region: regions, before });
}
