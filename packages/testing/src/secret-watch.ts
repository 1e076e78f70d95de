import { createHmac } from "node:crypto";
import type { Database, TurnSettings } from "@roombridge/rooms";

/** Every secret of ours is at least this long: tokens, hmackeys and passwords are random or hashes. */
const WINDOW = 32;

/** What secrets are made of: base64, base64url, hexadecimal digits, UUIDs. */
const ALPHABET = "[\\w+/=-]";
const RUNS = new RegExp(`${ALPHABET}{${WINDOW},}`, "g");
const SECRET = new RegExp(`^${ALPHABET}{${WINDOW},}$`);

/** Knows the secrets of a test and finds them in what leaves the gateway. */
export class SecretWatch {
  readonly #keys: TurnSettings["keys"];
  /** What a secret is, by its first characters. */
  readonly #known = new Map<string, { readonly secret: string; readonly what: string }>();

  constructor(keys: TurnSettings["keys"]) {
    this.#keys = keys;
    for (const { key } of keys) this.add("a TURN credential key", key.toString("base64"));
  }

  get size(): number {
    return this.#known.size;
  }

  add(what: string, secret: string): void {
    if (!SECRET.test(secret)) throw new Error(`${what} cannot be told from other text`);
    this.#known.set(secret.slice(0, WINDOW), { secret, what });
  }

  /** Learns what the database holds: TURN passwords, hmackeys and shared secrets, secrets of applications. */
  async learn({ sql }: Database): Promise<void> {
    for (const { username, hmackey } of await sql<{ username: string; hmackey: string }[]>`
      select username, hmackey from turn_credentials`) {
      this.add(`the hmackey of ${username}`, hmackey);
      for (const { key } of this.#keys) {
        this.add(`the TURN password of ${username}`, createHmac("sha256", key).update(username).digest("base64url"));
      }
    }
    for (const { serverId, hmackey } of await sql<{ serverId: string; hmackey: string }[]>`
      select server_id as "serverId", canary_hmackey as hmackey from turn_servers where canary_hmackey is not null`) {
      this.add(`the hmackey of the canary of ${serverId}`, hmackey);
    }
    for (const { secretId, value } of await sql<{ secretId: string; value: string }[]>`
      select secret_id as "secretId", value from turn_secrets`) {
      this.add(`the shared secret ${secretId}`, value);
    }
    for (const { hostId, secret } of await sql<{ hostId: string; secret: string }[]>`
      select host_id as "hostId", control_secret as secret from hosts where length(control_secret) > ${WINDOW}`) {
      this.add(`the secret of ${hostId}`, secret);
    }
    for (const { appId, secret } of await sql<{ appId: string; secret: string }[]>`
      select app_id as "appId", app_secret as secret from applications`) {
      this.add(`the secret of ${appId}`, secret);
    }
    for (const { webhookId, secret } of await sql<{ webhookId: string; secret: string }[]>`
      select webhook_id as "webhookId", secret from webhooks
      union all select webhook_id, previous_secret from webhooks where previous_secret is not null`) {
      this.add(`the secret of ${webhookId}`, secret);
    }
  }

  /** What of all that the text contains. */
  foundIn(text: string): string[] {
    const found = new Set<string>();
    for (const [run] of text.matchAll(RUNS)) {
      for (let at = 0; at + WINDOW <= run.length; at += 1) {
        const known = this.#known.get(run.slice(at, at + WINDOW));
        if (known && run.startsWith(known.secret, at)) found.add(known.what);
      }
    }
    return [...found];
  }
}
