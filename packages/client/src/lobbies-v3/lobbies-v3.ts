import { applicationId } from "../application-id.ts";
import type { CallOptions, RepeatableCallOptions } from "../call-options.ts";
import { checkToken } from "../check-token.ts";
import type { HttpTransport } from "../http/http-transport.ts";
import { JsonReader } from "../http/json-reader.ts";
import { CREATE, PUBLIC_READ, type Operation } from "../http/operation.ts";
import { urlPath, urlQuery } from "../http/url-path.ts";
import type { CreateLobbyOptions, CreateLobbyParams, ListLobbiesParams, Lobby } from "./lobby.ts";
import { readLobby } from "./read-lobby.ts";

/** Hathora LobbiesV3: rooms that players create and find. Every method throws RoombridgeError. */
export class LobbiesV3 {
  readonly #transport: HttpTransport;
  readonly #appId: string | undefined;

  constructor(transport: HttpTransport, appId: string | undefined) {
    this.#transport = transport;
    this.#appId = appId;
  }

  /**
   * Creates a room in the name of the player whose token this is; the client's own token stays here. Never repeated by itself:
   * a second request without a roomId would make a second room.
   */
  async createLobby(playerToken: string, params: CreateLobbyParams, options: CreateLobbyOptions = {}): Promise<Lobby> {
    checkToken("playerToken", playerToken);
    const query = urlQuery({ roomId: options.roomId, shortCode: options.shortCode });
    const { visibility, region, roomConfig } = params;
    const request = { operation: CREATE, token: playerToken, body: { visibility, region, roomConfig } };
    return readLobby(new JsonReader(await this.#call(request, `/create${query}`, options)));
  }

  /** Public lobbies whose room is on a process, newest first, at most 1,000. Public: works without a token. */
  async listActivePublicLobbies(params: ListLobbiesParams = {}, options: RepeatableCallOptions = {}): Promise<Lobby[]> {
    const query = urlQuery({ region: params.region });
    const answer = await this.#call({ operation: PUBLIC_READ }, `/list/public${query}`, options);
    return JsonReader.list(answer).map(readLobby);
  }

  /** The lobby of a live room. Public: works without a token. */
  async getLobbyInfoByRoomId(roomId: string, options: RepeatableCallOptions = {}): Promise<Lobby> {
    const answer = await this.#call({ operation: PUBLIC_READ }, urlPath`/info/roomid/${roomId}`, options);
    return readLobby(new JsonReader(answer));
  }

  /** The newest lobby with this code whose room is live. Public: works without a token. */
  async getLobbyInfoByShortCode(shortCode: string, options: RepeatableCallOptions = {}): Promise<Lobby> {
    const answer = await this.#call({ operation: PUBLIC_READ }, urlPath`/info/shortcode/${shortCode}`, options);
    return readLobby(new JsonReader(answer));
  }

  async #call(
    request: { readonly operation: Operation; readonly token?: string; readonly body?: object },
    path: string,
    options: CallOptions,
  ): Promise<unknown> {
    const base = urlPath`/lobby/v3/${applicationId(options, this.#appId)}`;
    return this.#transport.call({ ...request, path: base + path }, options);
  }
}
