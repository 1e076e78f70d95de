import type { IncomingMessage } from "node:http";
import { hashToken, RoomError } from "@roombridge/rooms";
import type { Logger } from "@roombridge/service";
import type { Access } from "./access.ts";
import { readToken, seemsPlayer } from "./auth.ts";
import { Clients, seemsForwarded, type Client, type ProxySettings } from "./client-address.ts";
import { RateLimit } from "./rate-limit.ts";
import { RecentNames } from "./recent-names.ts";

interface Rate {
  /** 0: no limit. */
  readonly perSecond: number;
  readonly burst: number;
}

export interface AdmissionSettings extends ProxySettings {
  /** Of what anybody may call, by address; see `networkOf`. */
  readonly publicRate: Rate;
  /** Of one token of an organisation. */
  readonly tokenRate: Rate;
  /** Wrong tokens of one address; 0: no limit. */
  readonly authFailuresPerMinute: number;
}

/** Of a test without sockets: who asks is unknown, and nobody is limited. */
const NOBODY: Client = { address: "unknown", network: "unknown", isLocal: true };
/** An untrusted proxy is looked for in one of so many requests: headers are not free. */
const LOOK_EVERY = 64;
const MAX_GOOD_TOKENS = 10_000;

/** Who may ask how often. It counts for this instance alone; programs of this machine that ask for themselves are not limited. */
export class Admission {
  readonly #settings: AdmissionSettings;
  readonly #log: Logger;
  readonly #clients: Clients;
  readonly #public: RateLimit | undefined;
  readonly #tokens: RateLimit | undefined;
  readonly #failures: RateLimit | undefined;
  /** Hashes of tokens that were good although their address has sent wrong ones: a stale copy must not lock out its neighbours. */
  readonly #good = new RecentNames(MAX_GOOD_TOKENS);
  #asked = 0;
  #hasWarned = false;

  constructor(settings: AdmissionSettings, log: Logger) {
    const { publicRate, tokenRate, authFailuresPerMinute } = settings;
    this.#settings = settings;
    this.#log = log;
    this.#clients = new Clients(settings);
    this.#public = limitOf(publicRate);
    this.#tokens = limitOf(tokenRate);
    this.#failures = limitOf({ perSecond: authFailuresPerMinute / 60, burst: authFailuresPerMinute });
  }

  clientOf(incoming: IncomingMessage | undefined): Client {
    if (incoming === undefined) return NOBODY;
    const client = this.#clients.clientOf(incoming);
    if (!this.#hasWarned && this.#asked++ % LOOK_EVERY === 0) this.#lookForProxy(incoming, client);
    return client;
  }

  /** Counts the request; where players come too, who seems to be one counts as anybody. Throws `rate_limited`. */
  admit(access: Access, client: Client, authorization: () => string | undefined, isForPlayersToo = false): void {
    if (isAnybodys(access) || (isForPlayersToo && seemsPlayer(readToken(authorization())))) {
      const seconds = client.isLocal ? undefined : this.#public?.take(client.network);
      if (seconds !== undefined) throw tooMany("too many requests from your address", seconds);
    }
    if (access === "public") return;
    this.#refuseGuesses(client, authorization);
    if (access === "player" || !this.#tokens) return;
    const token = readToken(authorization());
    const seconds = token && this.#tokens.take(nameOf(token));
    if (seconds) throw tooMany("too many requests with this token", seconds);
  }

  /** The token was wrong. Whoever sends none does not guess, and costs nothing. */
  wasRefused(access: Access, client: Client, authorization: () => string | undefined): void {
    if (access === "public" || !this.#failures || client.isLocal) return;
    if (readToken(authorization())) this.#failures.take(client.network);
  }

  wasAccepted(access: Access, client: Client, authorization: () => string | undefined): void {
    if (access === "public" || !this.#failures || client.isLocal) return;
    if (!this.#failures.has(client.network)) return;
    const token = readToken(authorization());
    if (token) this.#good.add(nameOf(token));
  }

  #refuseGuesses(client: Client, authorization: () => string | undefined): void {
    if (!this.#failures || client.isLocal) return;
    const seconds = this.#failures.look(client.network);
    if (seconds === undefined) return;
    const token = readToken(authorization());
    if (!token || this.#good.has(nameOf(token))) return;
    throw tooMany("too many wrong tokens from your address", seconds);
  }

  #lookForProxy(incoming: IncomingMessage, { address }: Client): void {
    const { proxies, header } = this.#settings;
    const remote = incoming.socket.remoteAddress;
    if (remote === undefined || proxies?.trusts(remote) || !seemsForwarded(incoming)) return;
    this.#hasWarned = true;
    this.#log.warn(
      { client: address },
      `requests come with ${header} or the like from an address that TRUSTED_PROXIES does not name: if it is your proxy, all its clients count as one`,
    );
  }
}

function isAnybodys(access: Access): boolean {
  return access === "public" || access === "player";
}

function limitOf({ perSecond, burst }: Rate): RateLimit | undefined {
  return perSecond === 0 ? undefined : new RateLimit({ perSecond, burst });
}

function nameOf(token: string): string {
  return hashToken(token).toString("base64");
}

function tooMany(sentence: string, retryAfterSeconds: number): RoomError {
  return new RoomError("rate_limited", `${sentence}; try again later`, { retryAfterSeconds });
}
