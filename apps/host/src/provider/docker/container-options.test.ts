import { expect, test } from "vitest";
import { newSpec, plainPort } from "../../../test/process-spec.ts";
import { containerOptions, readIdentity } from "./container-options.ts";

const COMMAND = { image: "game:1", pull: "missing", readOnly: false, pidsLimit: 64 } as const;
const HOST = { hostId: "one", publicHost: "203.0.113.7", logBytes: 5_000 };

test("name and labels are read again by the same host, and by no other", () => {
  const ports = [
    plainPort(20_000, { bindPort: 8000 }),
    plainPort(20_001, { name: "udp", bindPort: 8000, transportType: "udp" }),
  ];
  const spec = newSpec({ ports });
  const { name = "", Labels: labels = {} } = containerOptions(spec, COMMAND, HOST);
  expect(readIdentity({ name, labels }, "one")).toEqual({ processId: spec.processId, ports });
  expect(readIdentity({ name, labels }, "two")).toBeUndefined();
  expect(readIdentity({ name: "a-copy", labels }, "one")).toBeUndefined();
  expect(readIdentity({ name: `roombridge-${newSpec().processId}`, labels }, "one")).toBeUndefined();
  expect(readIdentity({ name, labels: {} }, "one")).toBeUndefined();
  const unreadable = { ...labels, "roombridge.ports": "?" };
  expect(readIdentity({ name, labels: unreadable }, "one")).toMatchObject({ ports: [] });
});

test("labels, which anybody may read, hold nothing of the environment", () => {
  const { Labels, Env } = containerOptions(newSpec({ env: { HATHORA_APP_SECRET: "s3cret" } }), COMMAND, HOST);
  expect(Env).toEqual(["HATHORA_APP_SECRET=s3cret"]);
  expect(JSON.stringify(Labels)).not.toContain("s3cret");
});

test("arguments get the ports that the process binds, and none are given where the image has its own", () => {
  const ports = [plainPort(20_000, { bindPort: 8000 }), plainPort(20_001, { name: "udp", bindPort: 8001 })];
  const options = (command?: readonly string[]) => containerOptions(newSpec({ ports }), { ...COMMAND, command }, HOST);
  expect(options(["serve", "{port}", "--udp={port:udp}"]).Cmd).toEqual(["serve", "8000", "--udp=8001"]);
  expect(options()).not.toHaveProperty("Cmd");
});

test.each([
  ["203.0.113.7", ""],
  ["game.example.net", ""],
  ["127.0.0.1", "127.0.0.1"],
  ["localhost", "127.0.0.1"],
  ["::1", "::1"],
])("where players are told %s ports are published on %j", (publicHost, HostIp) => {
  const ports = [
    plainPort(20_000, { bindPort: 8000 }),
    plainPort(20_001, { name: "udp", bindPort: 8000, transportType: "udp" }),
    plainPort(20_002, { name: "again", bindPort: 8000 }),
  ];
  const { HostConfig } = containerOptions(newSpec({ ports }), COMMAND, { ...HOST, publicHost });
  expect(HostConfig?.PortBindings).toEqual({
    "8000/tcp": [
      { HostIp, HostPort: "20000" },
      { HostIp, HostPort: "20002" },
    ],
    "8000/udp": [{ HostIp, HostPort: "20001" }],
  });
});

test("what the host terminates TLS for is published for the host alone", () => {
  const tls = plainPort(20_000, { bindPort: 8000, transportType: "tls", plainPort: 20_001 });
  const options = containerOptions(newSpec({ ports: [tls] }), COMMAND, HOST);
  expect(options.HostConfig?.PortBindings).toEqual({ "8000/tcp": [{ HostIp: "127.0.0.1", HostPort: "20001" }] });
  const { name = "", Labels: labels = {} } = options;
  expect(readIdentity({ name, labels }, "one")).toMatchObject({ ports: [tls] });
});
