import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createEngineCertificates, hasOpenssl } from "../../../test/engine-certificates.ts";
import { ProviderAwayError } from "../provider.ts";
import { Engine } from "./engine.ts";

/** An engine whose server answers as told. */
async function newEngine(answer: RequestListener): Promise<Engine> {
  const directory = await mkdtemp(join(tmpdir(), "roombridge-engine-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const socket = join(directory, "engine.sock");
  const server = createServer(answer).listen(socket);
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return new Engine({ url: `unix://${socket}` }, { callMs: 500 });
}

test.each<[string, RequestListener]>([
  ["says nothing", () => {}],
  ["breaks off before its answer", (_request, answer) => void answer.destroy()],
  [
    "breaks off in the middle of its answer",
    (_request, answer) => {
      answer.writeHead(200, { "content-length": "100" });
      answer.write("[", () => answer.destroy());
    },
  ],
  ["is about to stop", (_request, answer) => void answer.writeHead(503).end('{"message":"shutting down"}')],
])("an engine that %s is away", async (_what, answer) => {
  const engine = await newEngine(answer);
  await expect(engine.list("a=b")).rejects.toThrow(ProviderAwayError);
  await expect(engine.inspect("name")).rejects.toThrow(ProviderAwayError);
  await expect(engine.remove("name")).rejects.toThrow(ProviderAwayError);
});

test("an engine that is not there is away", async () => {
  const engine = new Engine({ url: "unix:///nonexistent/engine.sock" });
  await expect(engine.list("a=b")).rejects.toThrow(ProviderAwayError);
});

test.each([
  [404, undefined],
  [409, "conflict"],
  [500, "disk full"],
])("the status %d of a look is told as what it is", async (status, refusal) => {
  const engine = await newEngine((_request, answer) => {
    answer.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify({ message: refusal }));
  });
  if (refusal === undefined) expect(await engine.inspect("name")).toBeUndefined();
  else
    await expect(engine.inspect("name")).rejects.toMatchObject({
      name: "EngineRefusedError",
      status,
      message: refusal,
    });
});

test("what is so already is no error", async () => {
  const statuses = [304, 409, 409, 409];
  const engine = await newEngine((_request, answer) => {
    const status = statuses.shift() ?? 500;
    answer.writeHead(status).end(status === 304 ? undefined : '{"message":"is so"}');
  });
  await engine.start("id");
  expect(await engine.kill("id", "SIGTERM")).toBe(false);
  await engine.remove("id");
  expect(await engine.create({ name: "taken" })).toBeUndefined();
});

test.skipIf(!hasOpenssl)("an engine behind TLS wants our certificate, and we want its own", async () => {
  const [ours, theirs] = [createEngineCertificates(), createEngineCertificates()];
  const { cert, key } = ours;
  const tls = { cert, key, ca: cert, requestCert: true, rejectUnauthorized: true };
  const server = createTlsServer(tls, (_request, answer) => void answer.end("[]")).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as { port: number };
  const list = (certPath?: string) => new Engine({ url: `tcp://127.0.0.1:${port}`, certPath }).list("a=b");
  expect(await list(ours.directory)).toEqual([]);
  await expect(list(theirs.directory)).rejects.toThrow(ProviderAwayError);
  await expect(list()).rejects.toThrow(ProviderAwayError);
});
