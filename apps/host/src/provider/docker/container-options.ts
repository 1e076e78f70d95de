import type { ContainerCreateOptions } from "dockerode";
import { z } from "zod";
import type { ImageCommand } from "../../operator-config.ts";
import { fillPorts } from "../fill-ports.ts";
import { ownPort, type ProcessPort, type ProcessSpec } from "../provider.ts";
import { loopbackOf } from "./engine-address.ts";

/** Names and labels are how a container is found again. Labels can be read by all who may ask the engine: no secrets. */
export const HOST_LABEL = "roombridge.host";
/** Of a container that only looks into another one. */
export const PROBE_LABEL = "roombridge.probe";
export const PROCESS_LABEL = "roombridge.process";
const PORTS_LABEL = "roombridge.ports";

const Ports = z.array(
  z.object({
    name: z.string(),
    port: z.int(),
    bindPort: z.int(),
    transportType: z.enum(["tcp", "udp", "tls"]),
    plainPort: z.int().optional(),
  }),
);

const NAME = /^roombridge-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** One name for each process on an engine, so that it cannot be started twice. */
export function containerName(processId: string): string {
  return `roombridge-${processId}`;
}

export interface Identity {
  readonly processId: string;
  readonly ports: readonly ProcessPort[];
}

/** Undefined for a container that is not of this host, and for a copy of one: labels are copied, names are not. */
export function readIdentity(
  { name, labels }: { readonly name: string; readonly labels: Readonly<Record<string, string>> },
  hostId: string,
): Identity | undefined {
  const processId = NAME.exec(name)?.[1];
  if (processId === undefined || labels[HOST_LABEL] !== hostId || labels[PROCESS_LABEL] !== processId) return undefined;
  return { processId, ports: readPorts(labels[PORTS_LABEL] ?? "") };
}

function readPorts(text: string): readonly ProcessPort[] {
  try {
    return Ports.parse(JSON.parse(text));
  } catch {
    return [];
  }
}

/** Counted over all containers of one user (setrlimit(2)); the limit that matters for one of them is `pidsLimit`. */
const MAX_USER_PROCESSES = 32_768;
const MAX_FILES = 16_384;

/** The container of a process: its limits, no privileges, and its ports published where the host has leased them. */
export function containerOptions(
  spec: ProcessSpec,
  command: ImageCommand,
  host: { readonly hostId: string; readonly publicHost: string; readonly logBytes: number },
): ContainerCreateOptions {
  const { processId, ports, limits } = spec;
  const { hostId, publicHost, logBytes } = host;
  const memory = Math.round(limits.memoryMb * 1024 * 1024);
  return {
    name: containerName(processId),
    Image: command.image,
    ...(command.command === undefined ? {} : { Cmd: fillPorts(command.command, ports) }),
    Env: Object.entries(spec.env).map(([name, value]) => `${name}=${value}`),
    Labels: {
      [HOST_LABEL]: hostId,
      [PROCESS_LABEL]: processId,
      [PORTS_LABEL]: JSON.stringify(ports),
      "roombridge.app": spec.appId,
      "roombridge.deployment": spec.deploymentId,
      "roombridge.region": spec.region,
    },
    ExposedPorts: Object.fromEntries(ports.map((port) => [portKey(port), {}])),
    HostConfig: {
      PortBindings: publish(ports, publicHost),
      Memory: memory,
      // The same number: no swap.
      MemorySwap: memory,
      NanoCpus: Math.round(limits.cpu * 1e9),
      PidsLimit: command.pidsLimit,
      Ulimits: [
        { Name: "nofile", Soft: MAX_FILES, Hard: MAX_FILES },
        { Name: "nproc", Soft: MAX_USER_PROCESSES, Hard: MAX_USER_PROCESSES },
      ],
      CapDrop: ["ALL"],
      SecurityOpt: ["no-new-privileges"],
      // Passes signals on to a server that would ignore them as process 1, and reaps its children.
      Init: true,
      RestartPolicy: { Name: "no" },
      LogConfig: { Type: "json-file", Config: { "max-size": String(logBytes), "max-file": "2" } },
      ...(command.readOnly ? { ReadonlyRootfs: true, Tmpfs: { "/tmp": "rw,nosuid,nodev,size=64m" } } : {}),
    },
  };
}

/** Only on loopback where players are told a loopback address: published ports go past most firewalls. */
function publish(ports: readonly ProcessPort[], publicHost: string): Record<string, object[]> {
  const open = loopbackOf(publicHost) ?? "";
  const bindings: Record<string, object[]> = {};
  for (const port of ports) {
    (bindings[portKey(port)] ??= []).push({
      // What the host terminates TLS for is for the host alone.
      HostIp: port.plainPort === undefined ? open : "127.0.0.1",
      HostPort: String(ownPort(port)),
    });
  }
  return bindings;
}

function portKey({ bindPort, transportType }: ProcessPort): string {
  return `${bindPort}/${transportType === "udp" ? "udp" : "tcp"}`;
}
