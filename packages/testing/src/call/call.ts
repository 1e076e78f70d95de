// Runs in Node and, without its types, in a browser: it imports nothing.

/** Twenty are too few for a renewal where two cores also run the whole stack, and a bridge or two give more pairs to try. */
const CONNECT_MS = 45_000;
const POLL_MS = 20;
const INTERVAL_MS = 20;

/** Two players of one room who talk over nothing but the relay; all methods are asynchronous, as they may be in a browser. */
export interface Call {
  /** Sends a text that is no number from both sides and answers what the other one received. */
  exchange(text: string): Promise<{ readonly toCallee: string; readonly toCaller: string }>;
  /** From now on the caller sends a number every 20 ms. */
  startStream(): Promise<void>;
  stream(): Promise<Stream>;
  /** Stops sending and answers how many were sent. */
  stopStream(): Promise<number>;
  /** New credentials and an ICE restart; resolves when both sides use other relayed addresses than before. */
  renew(iceServers: readonly RTCIceServer[]): Promise<void>;
  /** How the two reach each other. */
  route(): Promise<Route>;
  iceState(): Promise<RTCIceConnectionState>;
  close(): Promise<void>;
}

/** RTCIceCandidateStats of the pair in use. */
export interface Route {
  readonly local: string;
  readonly remote: string;
  /** Between the caller and its relay. */
  readonly relayProtocol: string;
}

export interface Stream {
  /** What the callee got so far, in order. */
  readonly received: readonly number[];
  /** The longest silence so far, in milliseconds. */
  readonly longestGapMs: number;
}

/** Connects two peers with `iceTransportPolicy: "relay"`. Throws with what ICE said when they do not find each other. */
export async function connectCall(
  iceServers: readonly RTCIceServer[],
  PeerConnection: typeof RTCPeerConnection = RTCPeerConnection,
): Promise<Call> {
  const configuration: RTCConfiguration = { iceServers: [...iceServers], iceTransportPolicy: "relay" };
  const caller = new PeerConnection(configuration);
  const callee = new PeerConnection(configuration);
  const problems: string[] = [];
  handCandidates(caller, callee, problems);
  handCandidates(callee, caller, problems);
  const outgoing = caller.createDataChannel("game");
  const opened = new Promise<RTCDataChannel>((resolve) => {
    callee.addEventListener("datachannel", ({ channel }) => resolve(channel));
  });
  const close = async (): Promise<void> => {
    caller.close();
    callee.close();
  };
  try {
    await negotiate(caller, callee);
    await until(() => outgoing.readyState === "open", "the data channel did not open");
    return newCall({ caller, callee, outgoing, incoming: await opened, close });
  } catch (cause) {
    await close();
    throw new Error(`two players did not find each other: ${problems.join("; ") || String(cause)}`, { cause });
  }
}

interface Ends {
  readonly caller: RTCPeerConnection;
  readonly callee: RTCPeerConnection;
  readonly outgoing: RTCDataChannel;
  readonly incoming: RTCDataChannel;
  readonly close: () => Promise<void>;
}

function newCall({ caller, callee, outgoing, incoming, close }: Ends): Call {
  return {
    exchange: async (text) => {
      const received = Promise.all([next(incoming), next(outgoing)]);
      outgoing.send(text);
      incoming.send(text);
      const [toCallee, toCaller] = await received;
      return { toCallee, toCaller };
    },
    ...newStream(outgoing, incoming),
    renew: async (iceServers) => {
      const before = await Promise.all([caller, callee].map(relayedPorts));
      for (const peer of [caller, callee]) {
        peer.setConfiguration({ iceServers: [...iceServers], iceTransportPolicy: "relay" });
      }
      caller.restartIce();
      await negotiate(caller, callee);
      await until(
        async () => (await Promise.all([caller, callee].map(relayedPorts))).every((ports, at) => ports !== before[at]),
        "no other relayed addresses came into use",
      );
    },
    route: async () => {
      const { local, remote } = await candidatesInUse(caller);
      return {
        local: String(local?.["candidateType"]),
        remote: String(remote?.["candidateType"]),
        relayProtocol: String(local?.["relayProtocol"]),
      };
    },
    iceState: async () => caller.iceConnectionState,
    close,
  };
}

function newStream(
  outgoing: RTCDataChannel,
  incoming: RTCDataChannel,
): Pick<Call, "startStream" | "stream" | "stopStream"> {
  let sent = 0;
  let timer: ReturnType<typeof setInterval> | undefined;
  let received: number[] = [];
  let lastAtMs = 0;
  let longestMs = 0;
  incoming.addEventListener("message", ({ data }) => {
    if (timer === undefined) return;
    longestMs = Math.max(longestMs, performance.now() - lastAtMs);
    lastAtMs = performance.now();
    received.push(Number(data));
  });
  return {
    startStream: async () => {
      [sent, received, longestMs, lastAtMs] = [0, [], 0, performance.now()];
      timer = setInterval(() => {
        outgoing.send(String(sent));
        sent += 1;
      }, INTERVAL_MS);
    },
    stream: async () => ({
      received,
      longestGapMs: Math.max(longestMs, timer === undefined ? 0 : performance.now() - lastAtMs),
    }),
    stopStream: async () => {
      clearInterval(timer);
      return sent;
    },
  };
}

async function negotiate(caller: RTCPeerConnection, callee: RTCPeerConnection): Promise<void> {
  await caller.setLocalDescription(await caller.createOffer());
  await callee.setRemoteDescription(descriptionOf(caller));
  await callee.setLocalDescription(await callee.createAnswer());
  await caller.setRemoteDescription(descriptionOf(callee));
}

function descriptionOf({ localDescription }: RTCPeerConnection): RTCSessionDescription {
  if (!localDescription) throw new Error("there is no local description");
  return localDescription;
}

/** Hands each candidate to the other side; those that come before its description wait for it. */
function handCandidates(from: RTCPeerConnection, to: RTCPeerConnection, problems: string[]): void {
  const waiting: RTCIceCandidate[] = [];
  const hand = (candidate: RTCIceCandidate): void => {
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

/** The next text; numbers of a stream may still be on their way. */
function next(channel: RTCDataChannel): Promise<string> {
  return new Promise((resolve) => {
    const receive = ({ data }: MessageEvent): void => {
      if (/^\d+$/.test(String(data))) return;
      channel.removeEventListener("message", receive);
      resolve(String(data));
    };
    channel.addEventListener("message", receive);
  });
}

interface Report {
  readonly id: string;
  readonly type: string;
  readonly [field: string]: unknown;
}

/** The selected pair, by the identifiers of WebRTC's statistics. */
async function candidatesInUse(
  peer: RTCPeerConnection,
): Promise<{ local: Report | undefined; remote: Report | undefined }> {
  const reports = new Map<unknown, Report>();
  (await peer.getStats()).forEach((report: Report) => reports.set(report.id, report));
  const transport = [...reports.values()].find(({ type }) => type === "transport");
  const pair = reports.get(transport?.["selectedCandidatePairId"]);
  return { local: reports.get(pair?.["localCandidateId"]), remote: reports.get(pair?.["remoteCandidateId"]) };
}

async function relayedPorts(peer: RTCPeerConnection): Promise<string> {
  const { local, remote } = await candidatesInUse(peer);
  return `${String(local?.["port"])} ${String(remote?.["port"])}`;
}

async function until(condition: () => boolean | Promise<boolean>, failure: string): Promise<void> {
  const deadlineMs = performance.now() + CONNECT_MS;
  while (!(await condition())) {
    if (performance.now() > deadlineMs) throw new Error(failure);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
