import { beatTurnServer, type Database, listen, type Listener, retireTurnServer } from "@roombridge/rooms";
import { type Logger, type Loop, startLoop, type Telemetry } from "@roombridge/service";
import { AgentMetrics } from "./agent-metrics.ts";
import { attempt } from "./attempt.ts";
import { CanaryCredentials } from "./canary-credential.ts";
import { CoturnCli } from "./cli/coturn-cli.ts";
import type { RelaySession } from "./cli/session-listing.ts";
import { type Env, readCliPassword } from "./env.ts";
import { Health } from "./health.ts";
import { OutageLog } from "./outage-log.ts";
import { reconcile } from "./reconcile.ts";
import { RoomCutter } from "./room-cutter.ts";
import { UsageRecorder } from "./usage.ts";

/** A relay counts as there for 15 s after a beat. */
const BEAT_MS = 5_000;
const CANARY_MS = 10_000;
const USAGE_MS = 10_000;
/** Cut sessions are named in the log up to so many at once. */
const MAX_NAMED = 20;

export interface AgentOptions {
  readonly env: Env;
  readonly log: Logger;
  readonly database: Database;
  readonly telemetry?: Telemetry | undefined;
}

/** Everything that goes on beside one coturn. Each loop is on its own: one that is slow or fails holds up no other. */
export class TurnAgent {
  readonly #options: AgentOptions;
  readonly #outages: OutageLog;
  readonly #cli: CoturnCli;
  readonly #usage: UsageRecorder;
  readonly #health: Health;
  readonly #cutter: RoomCutter;
  readonly #metrics: AgentMetrics | undefined;
  readonly #loops: Readonly<Record<"beat" | "canary" | "reconcile" | "usage", Loop>>;
  #listener: Listener | undefined;
  #sessions = 0;
  /** All sessions have been compared with the tables since the last log-in to coturn. */
  #hasCompared = false;
  #isDraining = false;

  /** Resolves when notifications are heard and the relay is in the table. Rejects when the database does not answer. */
  static async start(options: AgentOptions): Promise<TurnAgent> {
    const { env, database } = options;
    // The row that keeps the credential of the test allocation.
    await beatTurnServer(database, { ...fixedPart(env), ...UNKNOWN });
    const agent = new TurnAgent(options);
    try {
      const hear = (payload: string): void => agent.#cutter.notify(payload);
      agent.#listener = await listen(env.DATABASE_DIRECT_URL, "roombridge_rooms", hear);
      return agent;
    } catch (error) {
      await Promise.all([agent.#stop(), agent.#cli.close()]);
      throw error;
    }
  }

  private constructor(options: AgentOptions) {
    const { env, log, database } = options;
    const { TURN_AGENT_SERVER_ID: serverId, TURN_REALM: realm, TURN_HOST: host, TURN_PORT: port } = env;
    this.#options = options;
    this.#outages = new OutageLog(log, () => {
      // What was being compared when it went away may wait minutes for its next turn.
      this.#loops.reconcile.wake();
    });
    this.#cli = new CoturnCli({
      address: { host: env.TURN_CLI_HOST, port: env.TURN_CLI_PORT },
      password: () => readCliPassword(env),
      realm,
      log,
      onChange: (isConnected) => this.#onCliChange(isConnected),
    });
    const shared = { cli: this.#cli, database, outages: this.#outages };
    const canary = { database, serverId, realm, mode: env.TURN_MODE, restSecret: env.TURN_REST_SECRET };
    this.#usage = new UsageRecorder({ ...shared, serverId });
    const credentials = new CanaryCredentials(canary);
    this.#health = new Health({
      credentials,
      host,
      port,
      canCut: () => this.#hasCompared && this.#cli.isConnected,
      log,
    });
    this.#cutter = new RoomCutter({
      ...shared,
      onCut: (sessions) => this.#onCut(sessions),
      reconcileNow: () => this.#loops.reconcile.wake(),
    });
    const look = () => ({
      isHealthy: this.#health.isHealthy,
      isConnected: this.#cli.isConnected,
      sessions: this.#sessions,
    });
    this.#metrics = options.telemetry && new AgentMetrics(options.telemetry, look);
    this.#loops = {
      beat: this.#loop(BEAT_MS, "the heartbeat", () => this.#beat()),
      canary: this.#loop(CANARY_MS, "the test allocation", () => this.#check()),
      reconcile: this.#loop(env.TURN_AGENT_RECONCILE_SECONDS * 1_000, "comparing sessions", () => this.#reconcile()),
      usage: this.#loop(USAGE_MS, "writing down the usage", () => this.#usage.round(this.#sessions)),
    };
  }

  /** Sends no new client here, and then ends. Running sessions stay, and nobody cuts them until an agent is back. */
  async drain(): Promise<void> {
    const { log, database, env } = this.#options;
    this.#isDraining = true;
    await attempt(log, "telling that the relay is draining", () => this.#beat());
    await attempt(log, "ending what is under way", () => this.#stop());
    await attempt(log, "writing down the last usage", () => this.#usage.round(this.#sessions));
    await attempt(log, "retiring the relay", () => retireTurnServer(database, env.TURN_AGENT_SERVER_ID));
    await attempt(log, "closing the command line", () => this.#cli.close());
    await attempt(log, "closing the database", () => database.close());
  }

  async #stop(): Promise<void> {
    const loops = [...Object.values(this.#loops), this.#cutter];
    await Promise.all([this.#listener?.close(), ...loops.map((loop) => loop.stop())]);
  }

  #loop(intervalMs: number, what: string, round: () => Promise<void>): Loop {
    return startLoop(intervalMs, () => this.#outages.run(what, round));
  }

  async #beat(): Promise<void> {
    const { env, database } = this.#options;
    await beatTurnServer(database, {
      ...fixedPart(env),
      version: this.#cli.version ?? null,
      sessions: this.#sessions,
      isDraining: this.#isDraining,
      isHealthy: this.#health.isHealthy,
      canaryMs: this.#health.canaryMs,
    });
  }

  async #check(): Promise<void> {
    if (await this.#health.check()) this.#loops.beat.wake();
    this.#metrics?.triedRelay(this.#health.canaryMs);
  }

  async #reconcile(): Promise<void> {
    const { sessions, cut } = await this.#cli.use((connection) => reconcile(connection, this.#options.database));
    this.#sessions = sessions - cut.length;
    this.#onCut(cut);
    if (this.#hasCompared) return;
    this.#hasCompared = true;
    this.#loops.beat.wake();
  }

  #onCut(sessions: readonly RelaySession[]): void {
    if (sessions.length === 0) return;
    this.#usage.haveEnded(sessions);
    this.#metrics?.haveCut(sessions.length);
    const usernames = sessions.slice(0, MAX_NAMED).map(({ username }) => username);
    this.#options.log.info({ count: sessions.length, usernames }, "relay sessions cut");
  }

  #onCliChange(isConnected: boolean): void {
    this.#hasCompared = false;
    if (!isConnected) this.#sessions = 0;
    // A coturn that has just come up is tried at once; of one that is gone the table tells at once.
    else for (const loop of [this.#loops.reconcile, this.#loops.canary]) loop.wake();
    this.#loops.beat.wake();
  }
}

/** Of a relay that has not been tried yet. */
const UNKNOWN = { version: null, sessions: 0, isDraining: false, isHealthy: false, canaryMs: null };

function fixedPart(env: Env) {
  return {
    serverId: env.TURN_AGENT_SERVER_ID,
    regions: env.TURN_AGENT_REGIONS,
    uris: env.TURN_URIS,
    realm: env.TURN_REALM,
  };
}
