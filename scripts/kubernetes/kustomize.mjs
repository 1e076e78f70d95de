import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, parseAllDocuments } from "yaml";

export const KUBERNETES = "docker/kubernetes";

/** The folders with a kustomization, in the order in which they are applied. */
export const BASES = ["base", "rtc-tls", "host", "relay", "relay-tls"];

/**
 * What `kubectl kustomize` prints for one of our folders: the resources of its files, in its namespace. Throws for anything
 * that a kustomization may say beyond that, because nothing here would do it.
 */
export function buildBase(root, base) {
  const { apiVersion: _, kind: __, namespace, resources, ...rest } = parse(read(root, base, "kustomization.yaml"));
  if (Object.keys(rest).length > 0)
    throw new Error(`${base}/kustomization.yaml: unknown ${Object.keys(rest).join(", ")}`);
  return resources.flatMap((file) =>
    parseResources(read(root, base, file)).map((resource) => ({ file, resource: inNamespace(resource, namespace) })),
  );
}

/** The resource files of a folder as they are written. */
export function readBase(root, base) {
  const { resources } = parse(read(root, base, "kustomization.yaml"));
  return resources.map((file) => ({ file, text: read(root, base, file) }));
}

export function parseResources(text) {
  return parseAllDocuments(text).flatMap((document) => {
    if (document.errors.length > 0) throw document.errors[0];
    const resource = document.toJS();
    return resource === null ? [] : [resource];
  });
}

function inNamespace(resource, namespace) {
  if (resource.kind === "Namespace") return resource;
  return { ...resource, metadata: { ...resource.metadata, namespace } };
}

function read(root, base, file) {
  return readFileSync(join(root, KUBERNETES, base, file), "utf8");
}
