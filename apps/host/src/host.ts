import {
  announceHost,
  checkSchema,
  type Database,
  type HostBeat,
  LeaseWatch,
  listen,
  newUuid,
  openDatabase,
  openHousekeepingLock,
  registerHost,
} from "@roombridge/rooms";
import { type Logger, type RunningService, startLoop, type Telemetry } from "@roombridge/service";
import { openControlListener } from "./control/control-listener.ts";
import { StreamLimit } from "./control/stream-limit.ts";
import { drainHost } from "./drain.ts";
import type { Env } from "./env.ts";
import { openPulse, startHeartbeat } from "./heartbeat.ts";
import { startHousekeeper } from "./housekeeper.ts";
import { FleetGauges } from "./metrics/fleet-gauges.ts";
import { HostMetrics } from "./metrics/host-metrics.ts";
import { startSampler } from "./metrics/process-sampler.ts";
import { EMPTY_CONFIG, type OperatorConfig, readOperatorConfig } from "./operator-config.ts";
import { OutageLog } from "./outage-log.ts";
import { claimRoot } from "./provider/local/claim-root.ts";
import { localRoot, openProvider } from "./provider/open-provider.ts";
import type { Provider } from "./provider/provider.ts";
import { openPingResponder, type PingResponder } from "./ping/ping-responder.ts";
import { Actions } from "./reconciler/actions.ts";
import { ConnectionWatch } from "./reconciler/connection-watch.ts";
import { NeighbourWatch } from "./reconciler/neighbour-watch.ts";
import { PortFinder } from "./reconciler/port-finder.ts";
import { Reconciler } from "./reconciler/reconciler.ts";
import { type CertificateSource, openCertificate } from "./tls/certificate.ts";

const ROUND_MS = 2_000;
/** Logs that are read here at once. The engine of `docker` hands each one over as a whole. */
const MAX_STREAMS = 64;
const CONNECTIONS_MS = 2_000;
const NEIGHBOURS_MS = 5_000;

/** Starts the host: from here on it serves its regions. Throws when the database or the operator's file is not in order. */
export async function startHost(env: Env, log: Logger, telemetry?: Telemetry): Promise<RunningService> {
  const config = loadConfig(env, log);
  const certificate = await loadCertificate(env, log);
  const { DATABASE_URL: url } = env;
  const database = openDatabase({ url, applicationName: "roombridge host", observer: telemetry?.database });
  await checkSchema(database);
  const asked = await openControlListener(controlSettings(env, log));
  const ping = await openPing(env, certificate, log);
  const outages = new OutageLog(log);
  const { metrics, fleet } = openMetrics(telemetry, env, database);
  const watch = new LeaseWatch();
  const beat = newBeat(env);
  let wake = (): void => {};
  const onChange = (): void => wake();
  if (env.HOST_PROVIDER === "local") await claimRoot(database, { root: localRoot(env), hostId: env.HOST_ID });
  // First of all: from now on an elder host of the same HOST_ID claims and starts nothing.
  await registerHost(database, beat);
  const provider = await openProvider({ env, config, certificate, onChange, log });
  // Nobody waits for it: a start that needs an image waits for that image.
  void provider.prepare();

  const sampler = startSampler({ provider, intervalMs: env.HOST_METRICS_SECONDS * 1_000, log });
  asked.serve({ provider, sampler, streams: new StreamLimit(MAX_STREAMS) });
  const offer = { control: asked.control, terminatesTls: certificate !== undefined, pingPort: ping?.port };
  await announceHost(database, { ...beat, ...offer });
  const pulse = openPulse(env.DATABASE_URL);
  const heartbeat = startHeartbeat(pulse, beat, { outages, watch, log });
  const { actions, reconciler } = newReconciler({ env, log, database, beat, outages, provider, onChange, metrics });
  const rounds = startLoop(ROUND_MS, () => reconciler.round());
  wake = () => rounds.wake();
  const { hostId, incarnation } = beat;
  const connections = new ConnectionWatch({ database, provider, hostId, incarnation, outages });
  const looks = startLoop(CONNECTIONS_MS, () => connections.round());
  const neighbours = new NeighbourWatch({ database, provider, outages, log });
  const visits = startLoop(NEIGHBOURS_MS, () => neighbours.round());
  const listener = await listen(env.DATABASE_DIRECT_URL, "roombridge_processes", onChange);
  const lock = openHousekeepingLock(env.DATABASE_DIRECT_URL);
  const settings = housekeepingSettings(env);
  const housekeeper = startHousekeeper({ database, lock, settings, outages, watch, metrics, fleet });

  let isSuperseded = false;
  const failed = heartbeat.superseded.then((reason) => {
    isSuperseded = true;
    // Not even until the drain: what runs here is the successor's to judge.
    actions.close();
    return reason;
  });
  return {
    failed,
    async drain() {
      actions.close();
      await Promise.all([rounds.stop(), looks.stop(), visits.stop(), housekeeper.stop(), sampler.stop()]);
      await drainHost({ env, log, database, beat, provider, reconciler, isSuperseded });
      await Promise.all([heartbeat.stop(), asked.close(), ping?.close()]);
      await Promise.allSettled([provider.close(), listener.close(), lock.close(), pulse.close()]);
      await certificate?.close();
      await database.close();
    },
  };
}

function openMetrics(telemetry: Telemetry | undefined, env: Env, database: Database) {
  if (!telemetry) return { metrics: undefined, fleet: undefined };
  const metrics = new HostMetrics(telemetry, { maxProcesses: env.HOST_MAX_PROCESSES });
  return { metrics, fleet: new FleetGauges(telemetry, database) };
}

interface Parts {
  readonly env: Env;
  readonly log: Logger;
  readonly database: Database;
  readonly beat: HostBeat;
  readonly outages: OutageLog;
  readonly provider: Provider;
  readonly onChange: () => void;
  readonly metrics: HostMetrics | undefined;
}

function newReconciler({ env, log, database, beat, outages, provider, onChange, metrics }: Parts) {
  const { hostId, incarnation, publicHost } = beat;
  const ports = new PortFinder({ database, provider, hostId, range: env.HOST_PORT_RANGE });
  const stopGraceMs = env.HOST_STOP_GRACE_SECONDS * 1_000;
  const identity = { hostId, incarnation, publicHost };
  const actions = new Actions({ database, provider, ports, ...identity, stopGraceMs, outages, log, metrics });
  const bindDeadlineMs = env.HOST_BIND_DEADLINE_SECONDS * 1_000;
  const reconciler = new Reconciler({ database, provider, beat, bindDeadlineMs, actions, outages, onChange, metrics });
  return { actions, reconciler };
}

function newBeat(env: Env): HostBeat {
  return {
    hostId: env.HOST_ID,
    provider: env.HOST_PROVIDER,
    regions: env.HOST_REGIONS,
    publicHost: env.HOST_PUBLIC_HOST,
    maxProcesses: env.HOST_MAX_PROCESSES,
    incarnation: newUuid(),
  };
}

async function loadCertificate(env: Env, log: Logger): Promise<CertificateSource | undefined> {
  const { HOST_TLS_CERT_FILE: certFile, HOST_TLS_KEY_FILE: keyFile, HOST_PUBLIC_HOST: publicHost } = env;
  if (certFile === undefined || keyFile === undefined) return undefined;
  return openCertificate({ certFile, keyFile, publicHost, log });
}

async function openPing(
  { HOST_PING_HOST: host, HOST_PING_PORT: port, HOST_PUBLIC_HOST: publicHost }: Env,
  certificate: CertificateSource | undefined,
  log: Logger,
): Promise<PingResponder | undefined> {
  if (port === undefined) return undefined;
  const ping = await openPingResponder({ host, port, certificate, log });
  log.info({ host, port: ping.port, publicHost }, "pings are answered");
  return ping;
}

function controlSettings(env: Env, log: Logger) {
  return { host: env.HOST_CONTROL_HOST, port: env.HOST_CONTROL_PORT, url: env.HOST_CONTROL_URL, log };
}

function housekeepingSettings(env: Env) {
  return {
    unscheduledTtlHours: env.ROOM_UNSCHEDULED_TTL_HOURS,
    bindDeadlineSeconds: env.HOST_BIND_DEADLINE_SECONDS,
    maxProcessAgeHours: env.HOST_MAX_PROCESS_AGE_HOURS,
  };
}

function loadConfig(env: Env, log: Logger): OperatorConfig {
  if (env.ROOMBRIDGE_CONFIG !== undefined) return readOperatorConfig(env.ROOMBRIDGE_CONFIG);
  log.warn("ROOMBRIDGE_CONFIG is not set: this host has no command that it may run");
  return EMPTY_CONFIG;
}
