import wrtc from "@roamhq/wrtc";
import { waitFor } from "@roombridge/testing";

const CONNECT_MS = 20_000;
const INTERVAL_MS = 20;

/** Two players of one room who talk over nothing but the relay: libwebrtc's own ICE, TURN, DTLS and SCTP. */
export interface Call {
  /** Sends from either side and answers what the other side received. */
  readonly exchange: (text: string) => Promise<{ readonly toCallee: string; readonly toCaller: string }>;
  /** Numbers sent by the caller every 20 ms; see `Stream`. */
  readonly stream: () => Stream;
  /** New credentials and an ICE restart on both sides; resolves when other relayed candidates than before are in use. */
  readonly renew: (iceServers: RTCIceServer[]) => Promise<void>;
  /** How the two reach each other: candidate types and the protocol to the relay. */
  readonly route: () => Promise<Route>;
  readonly iceState: () => RTCIceConnectionState;
  readonly close: () => void;
}

export interface Route {
  readonly local: string;
  readonly remote: string;
  readonly relayProtocol: string;
}

export interface Stream {
  /** What the callee got so far, in order. */
  readonly received: readonly number[];
  /** The longest silence between two of them, in milliseconds. */
  readonly longestGapMs: () => number;
  /** Stops sending and answers how many were sent. */
  readonly stop: () => number;
}

/** Connects two peers with `iceTransportPolicy: "relay"`. Throws with what ICE said when they do not find each other. */
export async function connectCall(iceServers: readonly RTCIceServer[]): Promise<Call> {
  const configuration: RTCConfiguration = { iceServers: [...iceServers], iceTransportPolicy: "relay" };
  const caller = new wrtc.RTCPeerConnection(configuration);
  const callee = new wrtc.RTCPeerConnection(configuration);
  const problems: string[] = [];
  connect(caller, callee, problems);
  connect(callee, caller, problems);
  const outgoing = caller.createDataChannel("game");
  const incoming = opened(callee);
  const close = () => {
    caller.close();
    callee.close();
  };
  try {
    await negotiate(caller, callee);
    await waitFor(() => outgoing.readyState === "open", { what: "the data channel is open", timeoutMs: CONNECT_MS });
    return newCall({ caller, callee, outgoing, incoming: await incoming, close });
  } catch (cause) {
    close();
    throw new Error(`two players did not find each other: ${problems.join("; ") || caller.iceConnectionState}`, {
      cause,
    });
  }
}

interface Ends {
  readonly caller: RTCPeerConnection;
  readonly callee: RTCPeerConnection;
  readonly outgoing: RTCDataChannel;
  readonly incoming: RTCDataChannel;
  readonly close: () => void;
}

function newCall({ caller, callee, outgoing, incoming, close }: Ends): Call {
  return {
    exchange: async (text) => {
      const [toCallee, toCaller] = [next(incoming), next(outgoing)];
      outgoing.send(text);
      incoming.send(text);
      return { toCallee: await toCallee, toCaller: await toCaller };
    },
    stream: () => startStream(outgoing, incoming),
    renew: async (iceServers) => {
      const before = await relayedPorts(caller);
      for (const peer of [caller, callee]) peer.setConfiguration({ iceServers, iceTransportPolicy: "relay" });
      caller.restartIce();
      await negotiate(caller, callee);
      await waitFor(async () => (await relayedPorts(caller)) !== before, {
        what: "other relayed candidates are in use",
        timeoutMs: CONNECT_MS,
      });
    },
    route: () => routeOf(caller),
    iceState: () => caller.iceConnectionState,
    close,
  };
}

async function negotiate(caller: RTCPeerConnection, callee: RTCPeerConnection): Promise<void> {
  await caller.setLocalDescription(await caller.createOffer());
  await callee.setRemoteDescription(description(caller));
  await callee.setLocalDescription(await callee.createAnswer());
  await caller.setRemoteDescription(description(callee));
}

function description({ localDescription }: RTCPeerConnection): RTCSessionDescription {
  if (!localDescription) throw new Error("the local description has been set");
  return localDescription;
}

/** Hands each candidate to the other side; those that come before its description wait for it. */
function connect(from: RTCPeerConnection, to: RTCPeerConnection, problems: string[]): void {
  const waiting: RTCIceCandidate[] = [];
  const hand = (candidate: RTCIceCandidate) => {
    to.addIceCandidate(candidate).catch((error: unknown) => problems.push(String(error)));
  };
  from.addEventListener("icecandidate", ({ candidate }) => {
    if (!candidate) return;
    if (to.remoteDescription) hand(candidate);
    else waiting.push(candidate);
  });
  to.addEventListener("signalingstatechange", () => {
    if (to.remoteDescription) for (const candidate of waiting.splice(0)) hand(candidate);
  });
  from.addEventListener("icecandidateerror", (event) => {
    if ("errorCode" in event) problems.push(`${event.errorCode} ${event.errorText} from ${event.url}`);
  });
}

function opened(peer: RTCPeerConnection): Promise<RTCDataChannel> {
  return new Promise((resolve) => {
    peer.addEventListener("datachannel", ({ channel }) => resolve(channel));
  });
}

function next(channel: RTCDataChannel): Promise<string> {
  return new Promise((resolve) => {
    channel.addEventListener("message", ({ data }) => resolve(String(data)), { once: true });
  });
}

function startStream(outgoing: RTCDataChannel, incoming: RTCDataChannel): Stream {
  let sent = 0;
  let lastAtMs = performance.now();
  let longestMs = 0;
  const received: number[] = [];
  incoming.addEventListener("message", ({ data }) => {
    const nowMs = performance.now();
    longestMs = Math.max(longestMs, nowMs - lastAtMs);
    lastAtMs = nowMs;
    received.push(Number(data));
  });
  const timer = setInterval(() => {
    outgoing.send(String(sent));
    sent += 1;
  }, INTERVAL_MS);
  return {
    received,
    longestGapMs: () => Math.max(longestMs, performance.now() - lastAtMs),
    stop: () => {
      clearInterval(timer);
      return sent;
    },
  };
}

interface Report {
  readonly id: string;
  readonly type: string;
  readonly [field: string]: unknown;
}

/** The candidates in use, as the statistics identifiers of WebRTC name them. */
async function candidatesInUse(
  peer: RTCPeerConnection,
): Promise<{ local: Report | undefined; remote: Report | undefined }> {
  const reports: Report[] = [];
  (await peer.getStats()).forEach((report: Report) => reports.push(report));
  const transport = reports.find(({ type }) => type === "transport");
  const pair = reports.find(({ id }) => id === transport?.["selectedCandidatePairId"]);
  const find = (wanted: unknown) => reports.find(({ id }) => id === wanted);
  return { local: find(pair?.["localCandidateId"]), remote: find(pair?.["remoteCandidateId"]) };
}

async function routeOf(peer: RTCPeerConnection): Promise<Route> {
  const { local, remote } = await candidatesInUse(peer);
  return {
    local: String(local?.["candidateType"]),
    remote: String(remote?.["candidateType"]),
    relayProtocol: String(local?.["relayProtocol"]),
  };
}

async function relayedPorts(peer: RTCPeerConnection): Promise<string> {
  const { local, remote } = await candidatesInUse(peer);
  return `${String(local?.["port"])} ${String(remote?.["port"])}`;
}
