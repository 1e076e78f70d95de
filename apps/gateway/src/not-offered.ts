import type { Operation } from "./operation.ts";

/** Every namespace of Hathora's SDK 2.25.6 by the first segment of its paths: the name, and the newest version. */
const NAMESPACES: Readonly<Record<string, readonly [name: string, versions: number]>> = {
  apps: ["Apps", 2],
  auth: ["Auth", 1],
  billing: ["Billing", 1],
  builds: ["Builds", 3],
  deployments: ["Deployments", 3],
  discovery: ["Discovery", 2],
  fleets: ["Fleets", 2],
  lobby: ["Lobbies", 3],
  logs: ["Logs", 1],
  management: ["Management", 1],
  metrics: ["Metrics", 1],
  nodes: ["Nodes", 1],
  orgs: ["Organizations", 1],
  processes: ["Processes", 3],
  rooms: ["Rooms", 2],
  tokens: ["Tokens", 1],
};

const NAMESPACE = /^\/([a-z]+)\/v([1-9])(?=\/|$)/;

/**
 * Answers for a path that no route has: what of Hathora Cloud it belongs to, so that a game's developer reads why it does
 * not work here; undefined for a path that Hathora's SDK does not know either.
 */
export function notOffered(operations: readonly Operation[]): (path: string) => string | undefined {
  const offered = new Set(operations.map(({ route }) => NAMESPACE.exec(route.path)?.[0]));
  return (path) => {
    const [prefix, segment = "", version = ""] = NAMESPACE.exec(path) ?? [];
    const [name, versions] = (Object.hasOwn(NAMESPACES, segment) && NAMESPACES[segment]) || ["", 0];
    if (Number(version) > versions || prefix === undefined) return undefined;
    const namespace = `${name} V${version}`;
    return `Roombridge does not offer ${offered.has(prefix) ? `this operation of ${namespace}` : namespace}`;
  };
}
