import { applicationId } from "../application-id.ts";
import type { RepeatableCallOptions } from "../call-options.ts";
import type { HttpTransport } from "../http/http-transport.ts";
import { JsonReader } from "../http/json-reader.ts";
import { LOGIN } from "../http/operation.ts";
import { urlPath } from "../http/url-path.ts";

/** Answer of the logins. */
export interface PlayerToken {
  /** Speaks for one player of one application, without end. A JWT: its claims `type`, `id` and `name` can be read by anybody. */
  readonly token: string;
}

/**
 * Hathora AuthV1: tokens for players, where the application has switched that login on; else 404. Public: works without a
 * token. Every method throws RoombridgeError.
 */
export class AuthV1 {
  readonly #transport: HttpTransport;
  readonly #appId: string | undefined;

  constructor(transport: HttpTransport, appId: string | undefined) {
    this.#transport = transport;
    this.#appId = appId;
  }

  /** A new player each time, with a made-up name. */
  async loginAnonymous(options: RepeatableCallOptions = {}): Promise<PlayerToken> {
    return this.#login("anonymous", undefined, options);
  }

  /** A new player each time, with a name that others may have too. */
  async loginNickname(nickname: string, options: RepeatableCallOptions = {}): Promise<PlayerToken> {
    return this.#login("nickname", { nickname }, options);
  }

  /** The player whom an ID token of Google names, the same one each time. */
  async loginGoogle(idToken: string, options: RepeatableCallOptions = {}): Promise<PlayerToken> {
    return this.#login("google", { idToken }, options);
  }

  async #login(provider: string, body: object | undefined, options: RepeatableCallOptions): Promise<PlayerToken> {
    const path = urlPath`/auth/v1/${applicationId(options, this.#appId)}/login/${provider}`;
    const answer = await this.#transport.call({ operation: LOGIN, path, body }, options);
    return { token: new JsonReader(answer).text("token") };
  }
}
