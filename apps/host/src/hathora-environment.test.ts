import type { StartOrder } from "@roombridge/rooms";
import { expect, test } from "vitest";
import { hathoraEnvironment, type Placement } from "./hathora-environment.ts";

const ORDER: StartOrder = {
  processId: "01977c1e-0000-7000-8000-000000000001",
  appId: "app-1",
  appSecret: "secret-1",
  deploymentId: "dep-1",
  buildTag: "v1.2",
  command: "echo-room",
  image: null,
  region: "Washington_DC",
  containerPort: 8000,
  transportType: "tcp",
  additionalContainerPorts: [],
  roomsPerProcess: 3,
  requestedCpu: 0.5,
  requestedMemoryMb: 1024,
  env: [],
  initialRoomId: "2swovpy1fnunu",
  initialRoomConfig: '{"map":"a=b,c"}',
  traceparent: null,
};
const PLACEMENT: Placement = {
  publicHost: "game.example.net",
  ports: [{ name: "default", port: 20_000, bindPort: 20_000, transportType: "tcp" }],
};

test("a process with a room gets exactly what it gets on Hathora, and PORT", () => {
  expect(hathoraEnvironment(ORDER, PLACEMENT)).toEqual({
    HATHORA_APP_ID: "app-1",
    HATHORA_APP_SECRET: "secret-1",
    HATHORA_PROCESS_ID: "01977c1e-0000-7000-8000-000000000001",
    HATHORA_DEPLOYMENT_ID: "dep-1",
    HATHORA_BUILD_TAG: "v1.2",
    HATHORA_REGION: "Washington_DC",
    HATHORA_ROOMS_PER_PROCESS: "3",
    HATHORA_INITIAL_ROOM_ID: "2swovpy1fnunu",
    HATHORA_INITIAL_ROOM_CONFIG: '{"map":"a=b,c"}',
    HATHORA_HOSTNAME: "game.example.net",
    HATHORA_DEFAULT_PORT: "20000",
    HATHORA_ALLOCATED_CPU: "0.5",
    HATHORA_ALLOCATED_MEMORY_MB: "1024",
    PORT: "20000",
  });
});

test.each<[string, Partial<StartOrder>, Partial<Placement>, Record<string, string | undefined>]>([
  [
    "without a room there is neither id nor config",
    { initialRoomId: null, initialRoomConfig: "left over" },
    {},
    { HATHORA_INITIAL_ROOM_ID: undefined, HATHORA_INITIAL_ROOM_CONFIG: undefined },
  ],
  ["a room without a config has none", { initialRoomConfig: null }, {}, { HATHORA_INITIAL_ROOM_CONFIG: undefined }],
  ["a build without a tag has none", { buildTag: null }, {}, { HATHORA_BUILD_TAG: undefined }],
  [
    "every further port has variables of its name: what to bind, and what players are told",
    {},
    {
      ports: [
        { name: "default", port: 1, bindPort: 11, transportType: "tcp" },
        { name: "udp", port: 2, bindPort: 12, transportType: "udp" },
        { name: "web-rtc", port: 3, bindPort: 13, transportType: "udp" },
      ],
    },
    {
      PORT: "11",
      PORT_DEFAULT: undefined,
      PORT_UDP: "12",
      PORT_WEB_RTC: "13",
      HATHORA_DEFAULT_PORT: "1",
      HATHORA_UDP_PORT: "2",
      HATHORA_WEB_RTC_PORT: "3",
    },
  ],
  [
    "where ports are mapped a process binds another port than players are told",
    {},
    { ports: [{ name: "default", port: 20_000, bindPort: 8000, transportType: "tcp" }] },
    { PORT: "8000", HATHORA_DEFAULT_PORT: "20000" },
  ],
  [
    "the deployment's variables come along",
    {
      env: [
        { name: "HATHORA_DEV_TOKEN", value: "t" },
        { name: "MODE", value: "a=b" },
      ],
    },
    {},
    { HATHORA_DEV_TOKEN: "t", MODE: "a=b" },
  ],
  [
    "the deployment cannot replace what is ours",
    {
      env: [
        { name: "PORT", value: "22" },
        { name: "HATHORA_APP_ID", value: "app-2" },
      ],
    },
    {},
    { PORT: "20000", HATHORA_APP_ID: "app-1" },
  ],
  [
    "the deployment cannot make the operator's command run something else",
    {
      env: ["NODE_OPTIONS", "LD_PRELOAD", "BASH_ENV", "PATH", "BASH_FUNC_x%%"].map((name) => ({ name, value: "evil" })),
    },
    {},
    {
      NODE_OPTIONS: undefined,
      LD_PRELOAD: undefined,
      BASH_ENV: undefined,
      PATH: undefined,
      "BASH_FUNC_x%%": undefined,
    },
  ],
  [
    "a name is a name: what the kernel would read as another variable, or as none, is left out",
    {
      env: ["HATHORA_PROCESS_ID=forged;", "NODE_OPTIONS=--title=evil ", "", "=", "NUL\0"].map((name) => {
        return { name, value: "evil" };
      }),
    },
    {},
    {
      "HATHORA_PROCESS_ID=forged;": undefined,
      "NODE_OPTIONS=--title=evil ": undefined,
      "": undefined,
      "=": undefined,
      "NUL\0": undefined,
    },
  ],
  [
    "the deployment cannot hand code to interpreters and libraries",
    {
      env: ["LUA_INIT_5_4", "OPENSSL_CONF", "PYTHONWARNINGS", "PERL5DB", "ERL_AFLAGS", "BUN_OPTIONS", "MONO_PATH"].map(
        (name) => ({ name, value: "evil" }),
      ),
    },
    {},
    {
      LUA_INIT_5_4: undefined,
      OPENSSL_CONF: undefined,
      PYTHONWARNINGS: undefined,
      PERL5DB: undefined,
      ERL_AFLAGS: undefined,
      BUN_OPTIONS: undefined,
      MONO_PATH: undefined,
    },
  ],
  [
    "the deployment cannot imitate a room",
    { initialRoomId: null, env: [{ name: "HATHORA_INITIAL_ROOM_ID", value: "fake" }] },
    {},
    { HATHORA_INITIAL_ROOM_ID: undefined },
  ],
])("%s", (_what, order, placement, expected) => {
  const environment = hathoraEnvironment({ ...ORDER, ...order }, { ...PLACEMENT, ...placement });
  for (const [name, value] of Object.entries(expected)) expect([name, environment[name]]).toEqual([name, value]);
});
