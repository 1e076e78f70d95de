/**
 * Two connections of this browser that may only meet through one relay.
 *
 * @typedef {{ connectMs: number | undefined, roundTripMs: number | undefined, problem: string | undefined }} RelayResult
 */

const CONNECT_MS = 20_000;
const PING_MS = 2_000;
const PINGS = 5;

/** What an `icecandidateerror` means: codes of STUN (RFC 8489, RFC 8656), and 701 for no answer at all. */
const ICE_ERRORS = new Map([
  [401, "the relay does not take the credential (401)"],
  [403, "the relay forbids this address (403)"],
  [437, "the relay has another session on this address (437)"],
  [486, "the relay gives this credential no more sessions (486)"],
  [508, "the relay has no room left (508)"],
  [701, "the relay is not reached: a firewall, another address or port, or with turns: its certificate (701)"],
]);

/**
 * Never rejects: what fails is the result.
 *
 * @param {RTCIceServer} server with one URI
 * @param {number} [connectMs]
 * @returns {Promise<RelayResult>}
 */
export async function checkRelay(server, connectMs = CONNECT_MS) {
  const begin = performance.now();
  /** @type {RTCPeerConnection[]} */
  const connections = [];
  try {
    /** @type {RTCConfiguration} */
    const configuration = { iceServers: [server], iceTransportPolicy: "relay" };
    const one = new RTCPeerConnection(configuration);
    connections.push(one);
    const other = new RTCPeerConnection(configuration);
    connections.push(other);
    const channel = await connect(one, other, connectMs);
    const connectedMs = performance.now() - begin;
    return { connectMs: connectedMs, roundTripMs: await roundTrip(channel), problem: undefined };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return { connectMs: undefined, roundTripMs: undefined, problem };
  } finally {
    for (const connection of connections) connection.close();
  }
}

/**
 * @param {RTCPeerConnection} one
 * @param {RTCPeerConnection} other echoes what arrives
 * @param {number} timeoutMs
 * @returns {Promise<RTCDataChannel>} open
 */
async function connect(one, other, timeoutMs) {
  const channel = one.createDataChannel("check", { ordered: false });
  other.addEventListener("datachannel", (event) => {
    const echo = event.channel;
    echo.addEventListener("message", ({ data }) => echo.send(data));
  });
  /** @type {PromiseWithResolvers<void>} */
  const opened = Promise.withResolvers();
  channel.addEventListener("open", () => opened.resolve());
  const described = Promise.withResolvers();
  // Looked at later; a page that is left meanwhile has nobody to tell.
  opened.promise.catch(() => {});
  const gathered = [
    exchangeCandidates(one, other, described.promise),
    exchangeCandidates(other, one, described.promise),
  ];
  const timer = setTimeout(
    () =>
      opened.reject(
        new Error(
          notMet(
            gathered.some(({ count }) => count() > 0),
            timeoutMs,
          ),
        ),
      ),
    timeoutMs,
  );
  for (const { ended } of gathered) ended.catch((error) => opened.reject(error));
  try {
    await one.setLocalDescription();
    await other.setRemoteDescription(descriptionOf(one));
    await other.setLocalDescription();
    await one.setRemoteDescription(descriptionOf(other));
    described.resolve(undefined);
    await opened.promise;
    return channel;
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Hands the candidates on as soon as both sides are described; `ended` rejects with the relay's reason when there is none.
 *
 * @param {RTCPeerConnection} from
 * @param {RTCPeerConnection} to
 * @param {Promise<unknown>} described
 */
function exchangeCandidates(from, to, described) {
  let candidates = 0;
  /** @type {string | undefined} */
  let problem;
  from.addEventListener("icecandidate", ({ candidate }) => {
    if (!candidate?.candidate) return;
    candidates += 1;
    void described.then(() => to.addIceCandidate(candidate)).catch(() => {});
  });
  from.addEventListener("icecandidateerror", ({ errorCode, errorText }) => {
    problem ??= ICE_ERRORS.get(errorCode) ?? `${errorCode}: ${errorText}`;
  });
  /** @type {Promise<void>} */
  const ended = new Promise((resolve, reject) => {
    from.addEventListener("icegatheringstatechange", () => {
      if (from.iceGatheringState !== "complete") return;
      if (candidates > 0) resolve();
      else reject(new Error(problem ?? "the browser got no address of the relay, and does not say why"));
    });
  });
  return { ended, count: () => candidates };
}

/**
 * @param {boolean} hasCandidates
 * @param {number} timeoutMs
 */
function notMet(hasCandidates, timeoutMs) {
  const seconds = timeoutMs / 1_000;
  return hasCandidates
    ? `the relay gave addresses, but in ${seconds} s nothing came through: it refuses its own address, or a firewall stops its ports`
    : `no answer from the relay in ${seconds} s`;
}

/** @param {RTCPeerConnection} connection */
function descriptionOf(connection) {
  const description = connection.localDescription;
  if (!description) throw new Error("the browser gave no description of the connection");
  return description;
}

/**
 * The quickest of a few.
 *
 * @param {RTCDataChannel} channel whose other end echoes
 */
async function roundTrip(channel) {
  let best = Infinity;
  for (let ping = 0; ping < PINGS; ping += 1) best = Math.min(best, await echoMs(channel, `ping ${ping}`));
  return best;
}

/**
 * @param {RTCDataChannel} channel
 * @param {string} text
 * @returns {Promise<number>}
 */
function echoMs(channel, text) {
  return new Promise((resolve, reject) => {
    const begin = performance.now();
    const timer = setTimeout(() => reject(new Error("connected, but no message came back")), PING_MS);
    channel.addEventListener("message", function listener({ data }) {
      if (data !== text) return;
      channel.removeEventListener("message", listener);
      clearTimeout(timer);
      resolve(performance.now() - begin);
    });
    channel.send(text);
  });
}
