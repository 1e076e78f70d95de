import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { gzipSync } from "node:zlib";
import { onTestFinished } from "vitest";
import { tarOf } from "./tar-of.ts";

export interface FakeRegistry {
  /** As images name it: `127.0.0.1:port`. */
  readonly name: string;
  /** Of every request for a manifest. */
  readonly logins: (string | undefined)[];
}

/**
 * A registry with the image `game:1`, for who logs in with these words (OCI Distribution Specification, as much of it as a
 * pull needs). Engines take registries on loopback without TLS.
 */
export async function startFakeRegistry(username: string, password: string): Promise<FakeRegistry> {
  const layer = gzipSync(tarOf("hello.txt", "hello\n"));
  const config = JSON.stringify({
    architecture: process.arch === "x64" ? "amd64" : process.arch,
    os: "linux",
    config: {},
    rootfs: { type: "layers", diff_ids: [digest(tarOf("hello.txt", "hello\n"))] },
  });
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: "application/vnd.docker.distribution.manifest.v2+json",
    config: { mediaType: "application/vnd.docker.container.image.v1+json", ...describe(config) },
    layers: [{ mediaType: "application/vnd.docker.image.rootfs.diff.tar.gzip", ...describe(layer) }],
  });
  const blobs = new Map<string, string | Buffer>([config, layer, manifest].map((blob) => [digest(blob), blob]));
  const expected = `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
  const logins: FakeRegistry["logins"] = [];
  const server = createServer((request, answer) => {
    const { authorization } = request.headers;
    if (authorization !== expected) {
      if (request.url?.includes("/manifests/")) logins.push(authorization);
      answer.writeHead(401, { "www-authenticate": 'Basic realm="test"' }).end('{"errors":[{"code":"UNAUTHORIZED"}]}');
      return;
    }
    const [, kind, reference = ""] = /^\/v2\/game\/(manifests|blobs)\/(.+)$/.exec(request.url ?? "") ?? [];
    if (kind === "manifests") logins.push(authorization);
    const body = kind === "manifests" && reference === "1" ? manifest : blobs.get(reference);
    if (request.url === "/v2/") answer.writeHead(200).end("{}");
    else if (body === undefined)
      answer.writeHead(404).end('{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}');
    else {
      const type =
        body === manifest ? "application/vnd.docker.distribution.manifest.v2+json" : "application/octet-stream";
      answer.writeHead(200, {
        "content-type": type,
        "content-length": Buffer.byteLength(body),
        "docker-content-digest": digest(body),
      });
      answer.end(request.method === "HEAD" ? undefined : body);
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return { name: `127.0.0.1:${typeof address === "object" ? address?.port : ""}`, logins };
}

function digest(blob: string | Buffer): string {
  return `sha256:${createHash("sha256").update(blob).digest("hex")}`;
}

function describe(blob: string | Buffer) {
  return { size: Buffer.byteLength(blob), digest: digest(blob) };
}
