import { once } from "node:events";
import { rmSync, writeFileSync } from "node:fs";
import { createLog } from "@roombridge/service";
import { waitFor } from "@roombridge/testing";
import { expect, onTestFinished, test } from "vitest";
import { createCertificate, replaceCertificate, type TestCertificate } from "../../test/certificate.ts";
import { hasOpenssl } from "../../test/engine-certificates.ts";
import { type Certificate, openCertificate } from "./certificate.ts";

async function open({ certFile, keyFile }: TestCertificate, publicHost = "localhost") {
  const log = createLog({ name: "test", level: "silent", format: "json" });
  const lines: string[] = [];
  const note = (_fields: unknown, line?: string) => void lines.push(line ?? "");
  log.error = note;
  log.warn = note;
  const source = await openCertificate({ certFile, keyFile, publicHost, log, pollMs: 20 });
  onTestFinished(() => source.close());
  const seen: Certificate[] = [];
  source.subscribe((certificate) => seen.push(certificate));
  return { source, lines, seen };
}

test.skipIf(!hasOpenssl)("a replaced pair is told once, whichever file was seen first", async () => {
  const [one, other] = [createCertificate(), createCertificate()];
  const { source, lines, seen } = await open(one);
  expect(String(source.current().cert)).toBe(one.cert);
  replaceCertificate(one, other);
  await waitFor(() => String(source.current().cert) === other.cert, { what: "the new certificate" });
  expect(seen.map(({ cert }) => String(cert))).toEqual([other.cert]);
  // Between the two files a pair may have been seen that does not fit.
  expect(lines.length).toBeLessThanOrEqual(1);
});

test.skipIf(!hasOpenssl)("a broken file changes nothing but one line of the log", async () => {
  const one = createCertificate();
  const { source, lines, seen } = await open(one);
  writeFileSync(one.certFile, "nonsense");
  await waitFor(() => lines.length > 0, { what: "the line in the log" });
  rmSync(one.keyFile);
  await waitFor(() => lines.length > 1, { what: "the second problem" });
  // A few more looks, which have nothing new to tell.
  await once(AbortSignal.timeout(200), "abort");
  expect(lines).toEqual(Array(2).fill("TLS certificate of game servers not reloaded; the one before stays in use"));
  expect(String(source.current().cert)).toBe(one.cert);
  expect(seen).toEqual([]);
});

test.skipIf(!hasOpenssl)("what cannot be used from the start is refused with its reason", async () => {
  const [one, other] = [createCertificate(), createCertificate()];
  await expect(open({ ...one, keyFile: other.keyFile })).rejects.toThrow(
    /^HOST_TLS_CERT_FILE and HOST_TLS_KEY_FILE cannot be used: .*mismatch/,
  );
  await expect(open({ ...one, certFile: "/nowhere/cert.pem" })).rejects.toThrow(/cannot be used: ENOENT/);
});

test.skipIf(!hasOpenssl).each([
  ["localhost", []],
  ["127.0.0.1", []],
  ["game.example.net", ["the TLS certificate of game servers is not for HOST_PUBLIC_HOST"]],
  ["203.0.113.7", ["the TLS certificate of game servers is not for HOST_PUBLIC_HOST"]],
])("where players are told %s the log says %j", async (publicHost, expected) => {
  expect((await open(createCertificate(), publicHost)).lines).toEqual(expected);
});
