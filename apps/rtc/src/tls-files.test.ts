import { rmSync } from "node:fs";
import { createLog } from "@roombridge/service";
import { waitFor } from "@roombridge/testing";
import { ThriftClient, ThriftServer } from "@roombridge/thrift";
import { RoomServiceClient } from "@roombridge/models/thrift";
import { expect, onTestFinished, test } from "vitest";
import { createSelfSigned, hasOpenssl, replaceWith, type SelfSigned } from "../test/self-signed.ts";
import { readTlsFiles, watchTlsFiles } from "./tls-files.ts";

/** A server without services: whom it trusts and what it shows is all that matters. */
async function serve({ certFile, keyFile }: SelfSigned) {
  const files = { cert: certFile, key: keyFile };
  const server = new ThriftServer({ processors: [], tls: readTlsFiles(files) });
  const log = createLog({ name: "test", level: "silent", format: "json" });
  const errors: unknown[] = [];
  log.error = (fields: unknown) => void errors.push(fields);
  const unwatch = watchTlsFiles(files, { log, pollMs: 20, reload: (tls) => server.reloadTls(tls) });
  const port = await server.listen({ port: 0 });
  onTestFinished(async () => {
    unwatch();
    await server.close({ deadlineMs: 0 });
  });
  const isTrustedBy = async ({ cert }: SelfSigned) => {
    const client = new ThriftClient({ port, tls: { ca: cert } });
    const error: unknown = await new RoomServiceClient(client).pppbool(true).catch((reason: unknown) => reason);
    await client.close();
    return error instanceof Error && error.message.includes("unknown method");
  };
  return { errors, isTrustedBy };
}

test.skipIf(!hasOpenssl)("a replaced certificate is used without a restart", async () => {
  const [one, other] = [createSelfSigned(), createSelfSigned()];
  const { isTrustedBy } = await serve(one);
  expect(await isTrustedBy(one)).toBe(true);
  expect(await isTrustedBy(other)).toBe(false);
  replaceWith(one, other);
  await waitFor(() => isTrustedBy(other), { what: "the new certificate" });
});

test.skipIf(!hasOpenssl)("files that are gone change nothing but the log", async () => {
  const one = createSelfSigned();
  const { isTrustedBy, errors } = await serve(one);
  rmSync(one.keyFile);
  await waitFor(() => errors.length > 0, { what: "the line in the log" });
  expect(errors).toMatchObject([{ err: { code: "ENOENT" } }]);
  expect(await isTrustedBy(one)).toBe(true);
});
