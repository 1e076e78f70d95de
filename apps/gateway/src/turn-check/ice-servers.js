const TTL_SECONDS = 600;

/**
 * A credential of the room, as an application gets it. The token goes into a header: addresses are logged and remembered.
 *
 * @param {{ app: string, room: string, token: string }} room
 * @returns {Promise<RTCIceServer[]>}
 */
export async function fetchIceServers({ app, room, token }) {
  if (app === "" || room === "" || token === "")
    throw new Error("application, room and token are needed, or iceServers");
  const path = `../rooms/v2/${encodeURIComponent(app)}/iceservers/${encodeURIComponent(room)}`;
  const answer = await fetch(path, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({
      playerId: `check page ${Math.random().toString(36).slice(2, 10)}`,
      ttlSeconds: TTL_SECONDS,
    }),
    credentials: "omit",
    cache: "no-store",
    referrerPolicy: "no-referrer",
  });
  const body = await answer.json();
  if (!answer.ok) throw new Error(`the gateway answers ${answer.status}: ${body.message}`);
  return relays(body.iceServers);
}

/**
 * `iceServers` as they stand in an answer, or the answer itself.
 *
 * @param {string} text
 * @returns {RTCIceServer[]}
 */
export function parseIceServers(text) {
  /** @type {unknown} */
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error("this is not JSON");
  }
  if (typeof value === "object" && value !== null && "iceServers" in value) value = value.iceServers;
  if (
    !Array.isArray(value) ||
    !value.every((server) => typeof server === "object" && server !== null && "urls" in server)
  )
    throw new Error('expected a list such as [{"urls":["turn:…"],"username":"…","credential":"…"}]');
  return relays(value);
}

/**
 * One server for each URI of a relay.
 *
 * @param {RTCIceServer[]} servers
 * @returns {RTCIceServer[]}
 */
function relays(servers) {
  return servers
    .flatMap(({ urls, ...credential }) => [urls].flat().map((uri) => ({ urls: uri, ...credential })))
    .filter(({ urls }) => /^turns?:/i.test(urls));
}
