import type { ServerResponse } from "node:http";
import { PROCESS_METRICS, type ProcessMetricName } from "@roombridge/models/api";
import { endProcess } from "@roombridge/rooms";
import { expect, onTestFinished } from "vitest";
import { arrangeProcesses, arrangeRunningRoom, claimAll, type Place } from "../arrange.ts";
import { announce, openStubHost } from "../stub-host.ts";
import type { Arranged, Call, Row } from "./row.ts";

const LOG_OPERATIONS = ["GetLogsForProcess", "DownloadLogForProcess"];
const LOG = "first line\nlast line \u00e4\u{1F3AE}\n";

type Answer = (response: ServerResponse) => void;

const sendLog: Answer = (response) => {
  response.writeHead(200, { "content-type": "application/octet-stream" }).write(LOG.slice(0, 11));
  response.end(LOG.slice(11));
};
const refuse =
  (status: number): Answer =>
  (response) =>
    void response.writeHead(status).end("{}");

/** A process that runs, on a host that answers so. */
async function arrangeAsked(place: Place, answer: Answer) {
  const { processId } = await arrangeRunningRoom(place);
  const host = await openStubHost(answer);
  onTestFinished(host.close);
  await announce(place, host.control);
  return { processId, host };
}

function arranged({ game }: Place, call: Partial<Call>, body: unknown): Arranged {
  return { call: { appId: game.appId, token: game.token, ...call }, body };
}

const TOLD: readonly { readonly when: string; readonly call: Partial<Call>; readonly query: string }[] = [
  { when: "the process runs", call: {}, query: "?tailLines=100&follow=false" },
  { when: "the longest end is asked for", call: { tailLines: 5_000 }, query: "?tailLines=5000&follow=false" },
  { when: "it is followed to its end", call: { tailLines: 1, follow: true }, query: "?tailLines=1&follow=true" },
];

const TAIL: readonly Row[] = TOLD.map(({ when, call, query }) => ({
  operationId: "GetLogsForProcess",
  status: 200,
  when,
  async arrange(place) {
    const { processId, host } = await arrangeAsked(place, sendLog);
    const asked = [`/v1/processes/${processId}/log${query}`];
    const verify = () => Promise.resolve(expect(host.questions).toEqual(asked));
    return { ...arranged(place, { processId, ...call }, LOG), verify };
  },
}));

const WHOLE: Row = {
  operationId: "DownloadLogForProcess",
  status: 200,
  when: "the process runs",
  async arrange(place) {
    const { processId, host } = await arrangeAsked(place, sendLog);
    const verify = () => Promise.resolve(expect(host.questions).toEqual([`/v1/processes/${processId}/log`]));
    return { ...arranged(place, { processId }, LOG), verify };
  },
};

const OTHER_LOGS: readonly Row[] = LOG_OPERATIONS.flatMap((operationId): Row[] => [
  {
    operationId,
    status: 200,
    when: "the process has ended and its log is kept",
    async arrange(place) {
      const { processId } = await arrangeAsked(place, sendLog);
      await end(place, processId);
      return arranged(place, { processId }, LOG);
    },
  },
  {
    operationId,
    status: 200,
    when: "nothing was written",
    async arrange(place) {
      const { processId } = await arrangeAsked(place, (response) => void response.writeHead(200).end());
      return arranged(place, { processId }, "");
    },
  },
  {
    operationId,
    status: 404,
    when: "no host has taken the process",
    async arrange(place) {
      const { starting } = await arrangeProcesses(place);
      return arranged(place, { processId: starting }, notStarted(starting));
    },
  },
  {
    operationId,
    status: 404,
    when: "its host has not started it",
    async arrange(place) {
      const { starting } = await arrangeProcesses(place);
      await claimAll(place);
      const host = await openStubHost(refuse(404));
      onTestFinished(host.close);
      await announce(place, host.control);
      return arranged(place, { processId: starting }, notStarted(starting));
    },
  },
  {
    operationId,
    status: 404,
    when: "somebody else started the game server",
    async arrange(place) {
      const { processId } = await arrangeStatic(place);
      const message = `the log of process ${processId} is where its game server was started, and not here`;
      return arranged(place, { processId }, { message });
    },
  },
  {
    operationId,
    status: 410,
    when: "the process has ended and its log is not kept any more",
    async arrange(place) {
      const { processId } = await arrangeAsked(place, refuse(404));
      await end(place, processId);
      return arranged(place, { processId }, { message: `the log of process ${processId} is not kept any more` });
    },
  },
  {
    operationId,
    status: 429,
    when: "too many logs are read at its host",
    async arrange(place) {
      const { processId } = await arrangeAsked(place, refuse(429));
      const message = `too many logs are read at the host of process ${processId}`;
      return arranged(place, { processId }, { message });
    },
  },
]);

function notStarted(processId: string) {
  return { message: `process ${processId} has no log: it has not been started` };
}

async function arrangeStatic(place: Place): Promise<{ readonly processId: string }> {
  const { processId } = await arrangeRunningRoom(place);
  const { hostId } = place.game.host;
  await place.rooms.database.sql`update hosts set provider = 'static' where host_id = ${hostId}`;
  return { processId };
}

async function end({ rooms }: Place, processId: string): Promise<void> {
  await endProcess(rooms.database, { processId, reason: "exited", exitCode: 0 });
}

const BAD_TAILS: readonly Row[] = [0, -1, 5_001, 1e300].map((tailLines) => ({
  operationId: "GetLogsForProcess",
  status: 400,
  when: `tailLines is ${tailLines}`,
  arrange: async (place) => {
    const { processId } = await arrangeRunningRoom(place);
    const message = "tailLines: expected a whole number from 1 to 5000";
    return arranged(place, { processId, tailLines }, { message });
  },
}));

/** Hosts that cannot be asked, for all who ask them. */
const AWAY: readonly Row[] = [...LOG_OPERATIONS, "GetProcessMetrics"].flatMap((operationId) =>
  (
    [
      ["its host does not say where it can be asked", async () => undefined],
      ["nobody listens where its host was", async (place) => announce(place, { ...GONE })],
      ["its host breaks the connection", (place) => away(place, (response) => response.destroy())],
      ["its host has another secret", async (place) => deceive(place)],
      ["its host cannot answer", (place) => away(place, refuse(503))],
    ] satisfies [string, (place: Place) => Promise<void>][]
  ).map(([when, lose]): Row => ({
    operationId,
    status: 404,
    when,
    async arrange(place) {
      const { processId } = await arrangeRunningRoom(place);
      await lose(place);
      const message = `the host of process ${processId} does not answer now; try again later`;
      return arranged(place, { processId }, { message });
    },
  })),
);

/** No server has port 1 here. */
const GONE = { url: "http://127.0.0.1:1", secret: "s" };

async function away(place: Place, answer: Answer): Promise<void> {
  const host = await openStubHost(answer);
  onTestFinished(host.close);
  await announce(place, host.control);
}

async function deceive(place: Place): Promise<void> {
  const host = await openStubHost(sendLog);
  onTestFinished(host.close);
  await announce(place, { ...host.control, secret: "another" });
}

const POINTS = [
  { value: 0.5, timestamp: 1_795_000_000 },
  { value: 1.25, timestamp: 1_795_000_060 },
];
const MEASURED = { cpu: POINTS, memory: [{ value: 5e9, timestamp: 1_795_000_060 }], rateEgress: [], totalEgress: [] };
const ALL = { ...emptyOf(PROCESS_METRICS), ...MEASURED };
const sendMetrics: Answer = (response) => {
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(ALL));
};

function emptyOf(names: readonly ProcessMetricName[]) {
  return Object.fromEntries(names.map((name) => [name, []]));
}

const METRICS: readonly Row[] = [
  {
    operationId: "GetProcessMetrics",
    status: 200,
    when: "all metrics of the last hour are asked for",
    async arrange(place) {
      const { processId, host } = await arrangeAsked(place, sendMetrics);
      const verify = async () => {
        const [, query] = host.questions[0]?.split("metrics?") ?? [];
        const { start, end: until, step } = Object.fromEntries(new URLSearchParams(query));
        expect(Number(until) - Number(start)).toBeCloseTo(3_600);
        expect(Math.abs(Number(until) - Date.now() / 1_000)).toBeLessThan(60);
        expect(step).toBe("60");
      };
      return { ...arranged(place, { processId }, ALL), verify };
    },
  },
  {
    operationId: "GetProcessMetrics",
    status: 200,
    when: "some metrics of a range are asked for",
    async arrange(place) {
      const { processId, host } = await arrangeAsked(place, sendMetrics);
      const range = { start: 1_794_999_000.5, end: 1_795_000_100, step: 30 };
      const asked = `/v1/processes/${processId}/metrics?start=1794999000.5&end=1795000100&step=30`;
      const verify = () => Promise.resolve(expect(host.questions).toEqual([asked]));
      const metrics: ProcessMetricName[] = ["memory", "activeConnections"];
      const body = { memory: MEASURED.memory, activeConnections: [] };
      return { ...arranged(place, { processId, metrics, ...range }, body), verify };
    },
  },
  {
    operationId: "GetProcessMetrics",
    status: 200,
    when: "no host has taken the process: nothing is known",
    async arrange(place) {
      const { starting } = await arrangeProcesses(place);
      return arranged(place, { processId: starting }, emptyOf(PROCESS_METRICS));
    },
  },
  {
    operationId: "GetProcessMetrics",
    status: 200,
    when: "somebody else started the game server: nothing is known",
    async arrange(place) {
      const { processId } = await arrangeStatic(place);
      return arranged(place, { processId }, emptyOf(PROCESS_METRICS));
    },
  },
  ...(
    [
      ["a metric is unknown", { metrics: ["luck" as ProcessMetricName] }, /^metrics: /],
      ["the range ends before it begins", { start: 20, end: 10 }, /^start: later than end$/],
      ["the step is none", { step: 0 }, /^step: expected a whole number from 1 to 86400$/],
    ] satisfies [string, Partial<Call>, RegExp][]
  ).map(([when, call, message]): Row => ({
    operationId: "GetProcessMetrics",
    status: 422,
    when,
    async arrange(place) {
      const { processId } = await arrangeRunningRoom(place);
      return arranged(place, { processId, ...call }, { message: expect.stringMatching(message) });
    },
  })),
];

/** LogsV1, and the metrics of ProcessesV3. */
export const LOG_ROWS: readonly Row[] = [...TAIL, WHOLE, ...OTHER_LOGS, ...BAD_TAILS, ...AWAY, ...METRICS];
