import {
  type Database,
  drawCanary,
  findTurnSecret,
  restPassword,
  setCanaryCredential,
  toRestUsername,
} from "@roombridge/rooms";

/** With which the test allocation logs in. */
export interface CanaryCredential {
  readonly username: string;
  readonly password: string;
}

export interface CanaryCredentialsOptions {
  readonly database: Database;
  readonly serverId: string;
  readonly realm: string;
  readonly mode: "db" | "rest";
  /** TURN_MODE=rest: the static secret, where there is one. */
  readonly restSecret: string | undefined;
}

const TTL_SECONDS = 3_600;
const ROTATE_MS = 1_200_000;

/** Credentials of the test allocation, each used for 20 minutes; nobody else learns the password. */
export class CanaryCredentials {
  readonly #options: CanaryCredentialsOptions;
  #kept: { readonly credential: CanaryCredential; readonly untilMs: number } | undefined;

  constructor(options: CanaryCredentialsOptions) {
    this.#options = options;
  }

  /** Rejects when the database does not answer. */
  async current(): Promise<CanaryCredential> {
    if (this.#kept && performance.now() < this.#kept.untilMs) return this.#kept.credential;
    const credential = this.#options.mode === "rest" ? await this.#derive() : await this.#store();
    this.#kept = { credential, untilMs: performance.now() + ROTATE_MS };
    return credential;
  }

  /** The next one is new: a row may have been retired, or a secret rotated. */
  forget(): void {
    this.#kept = undefined;
  }

  async #store(): Promise<CanaryCredential> {
    const { database, serverId, realm } = this.#options;
    const { username, password, hmackey } = drawCanary(realm);
    const isKnown = await setCanaryCredential(database, { serverId, username, hmackey, ttlSeconds: TTL_SECONDS });
    if (!isKnown) throw new Error(`the relay ${serverId} has not been reported to the database yet`);
    return { username, password };
  }

  async #derive(): Promise<CanaryCredential> {
    const { database, realm, restSecret } = this.#options;
    const secret = restSecret ?? (await findTurnSecret(database, realm));
    if (secret === undefined) throw new Error("there is no TURN secret: `roombridge turn rotate-secret`");
    const expiresAt = new Date(Date.now() + TTL_SECONDS * 1_000);
    const username = toRestUsername(drawCanary(realm).username, expiresAt);
    return { username, password: restPassword(secret, username) };
  }
}
