import { readdir, readFile, readlink } from "node:fs/promises";
import { connect } from "node:net";
import type { TransportType } from "@roombridge/models/api";
import { type KernelSocket, readSockets } from "../socket-table.ts";
import { HAS_PROC } from "./process-identity.ts";
import { readAllStats } from "./process-session.ts";

/** A port that a process of this machine is to bind. */
export interface WantedPort {
  readonly port: number;
  readonly transportType: TransportType;
}

export interface Readiness {
  /** Every port is bound by the session itself. */
  readonly isReady: boolean;
  /** Ports bound by somebody else and not by the session. */
  readonly foreignPorts: readonly number[];
}

/**
 * Whether the processes of a session have bound these ports (TCP: listening). That something answers there proves nothing:
 * it may be a stranger that took the port first.
 */
export async function checkReadiness(session: number, ports: readonly WantedPort[]): Promise<Readiness> {
  if (!HAS_PROC) return checkByConnecting(ports);
  const sockets = await readSockets("/proc/net");
  const holders = ports.map((port) => sockets.filter((socket) => isHolder(socket, port)).map(({ inode }) => inode));
  // Most looks end here: who holds what is worth finding out only when something is bound.
  if (holders.every((inodes) => inodes.length === 0)) return { isReady: ports.length === 0, foreignPorts: [] };
  const own = await readSocketInodes(session);
  const isOwn = holders.map((inodes) => inodes.some((inode) => own.has(inode)));
  return {
    isReady: isOwn.every(Boolean),
    foreignPorts: ports.filter((_port, n) => !isOwn[n] && holders[n]?.length !== 0).map(({ port }) => port),
  };
}

/**
 * What the processes of a session have bound besides the ports that they should have: TCP that listens, and UDP on a number
 * that the system gives to nobody by itself. Empty without /proc.
 */
export async function findOtherPorts(session: number, ports: readonly WantedPort[]): Promise<number[]> {
  if (!HAS_PROC) return [];
  const own = await readSocketInodes(session);
  const isGiven = await readGivenPorts();
  const others = (await readSockets("/proc/net")).filter(
    (socket) =>
      socket.state === "bound" &&
      own.has(socket.inode) &&
      !(socket.protocol === "udp" && isGiven(socket.port)) &&
      !ports.some((wanted) => isHolder(socket, wanted)),
  );
  return [...new Set(others.map(({ port }) => port))].sort((a, b) => a - b);
}

/** Which numbers an application gets that asks for any (ip(7)). */
async function readGivenPorts(): Promise<(port: number) => boolean> {
  const text = await readFile("/proc/sys/net/ipv4/ip_local_port_range", "utf8").catch(() => "");
  const [, first = "32768", last = "60999"] = /(\d+)\s+(\d+)/.exec(text) ?? [];
  return (port) => port >= Number(first) && port <= Number(last);
}

function isHolder({ protocol, state, port }: KernelSocket, wanted: WantedPort): boolean {
  return state === "bound" && port === wanted.port && (protocol === "udp") === (wanted.transportType === "udp");
}

async function readSocketInodes(session: number): Promise<Set<string>> {
  const members = (await readAllStats()).filter((stat) => stat.session === session);
  const inodes = await Promise.all(members.map(({ pid }) => readInodesOf(pid)));
  return new Set(inodes.flat());
}

async function readInodesOf(pid: number): Promise<string[]> {
  const directory = `/proc/${pid}/fd`;
  const descriptors = await readdir(directory).catch(() => []);
  const targets = await Promise.all(descriptors.map((fd) => readlink(`${directory}/${fd}`).catch(() => "")));
  return targets.flatMap((target) => /^socket:\[(\d+)\]$/.exec(target)?.[1] ?? []);
}

/** The best that can be done without /proc; the host probed before that the ports were free. UDP counts as ready. */
async function checkByConnecting(ports: readonly WantedPort[]): Promise<Readiness> {
  const tcp = ports.filter(({ transportType }) => transportType !== "udp");
  const answers = await Promise.all(tcp.map(({ port }) => accepts(port)));
  return { isReady: answers.every(Boolean), foreignPorts: [] };
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1", timeout: 500 });
    const done = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", () => done(true)).once("error", () => done(false));
    socket.once("timeout", () => done(false));
  });
}
