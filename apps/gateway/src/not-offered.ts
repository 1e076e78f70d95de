import type { Operation } from "./operation.ts";

/** Every namespace of Hathora's SDK 2.25.6 by the first segment of its paths: name and newest version, counted from 1. */
const NAMESPACES: ReadonlyMap<string, { readonly name: string; readonly newest: number }> = new Map([
  ["apps", { name: "Apps", newest: 2 }],
  ["auth", { name: "Auth", newest: 1 }],
  ["billing", { name: "Billing", newest: 1 }],
  ["builds", { name: "Builds", newest: 3 }],
  ["deployments", { name: "Deployments", newest: 3 }],
  ["discovery", { name: "Discovery", newest: 2 }],
  ["fleets", { name: "Fleets", newest: 2 }],
  ["lobby", { name: "Lobbies", newest: 3 }],
  ["logs", { name: "Logs", newest: 1 }],
  ["management", { name: "Management", newest: 1 }],
  ["metrics", { name: "Metrics", newest: 1 }],
  ["nodes", { name: "Nodes", newest: 1 }],
  ["orgs", { name: "Organizations", newest: 1 }],
  ["processes", { name: "Processes", newest: 3 }],
  ["rooms", { name: "Rooms", newest: 2 }],
  ["tokens", { name: "Tokens", newest: 1 }],
]);

const NAMESPACE = /^\/([a-z]+)\/v([1-9])(?=\/|$)/;

const UPLOAD = /^\/builds\/v3\/builds(?:\/[^/]+\/run)?$/;

/** Why a game server cannot be uploaded, for the two operations that would begin that; undefined for all others. */
export function refusedUpload(method: string, path: string): string | undefined {
  if (method !== "POST" || !UPLOAD.test(path)) return undefined;
  return "Roombridge does not offer this operation of Builds V3, for it builds no images: name one with RunBuildRegistry";
}

/**
 * Answers for a path that no route has: what of Hathora Cloud it belongs to, so that a game's developer reads why it does
 * not work here; undefined for a path that Hathora's SDK does not know either.
 */
export function notOffered(operations: readonly Operation[]): (path: string) => string | undefined {
  const offered = new Set(operations.map(({ route }) => NAMESPACE.exec(route.path)?.[0]));
  return (path) => {
    const [prefix, segment = "", version = ""] = NAMESPACE.exec(path) ?? [];
    const found = NAMESPACES.get(segment);
    if (prefix === undefined || found === undefined || Number(version) > found.newest) return undefined;
    const namespace = `${found.name} V${version}`;
    return `Roombridge does not offer ${offered.has(prefix) ? `this operation of ${namespace}` : namespace}`;
  };
}
