import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { duration, type Finding, findingsOf } from "./finding.ts";

const SOON_SECONDS = 14 * 86_400;

/** `name`: how the operator calls it, such as HOST_TLS_CERT_FILE. The first certificate of the file counts. */
export function judgeCertificate(name: string, file: string, now: Date): Finding[] {
  const { findings, ok, warn, fail } = findingsOf("certificates");
  const certificate = read(file);
  if (typeof certificate === "string") {
    fail(`${name}: ${certificate}`, "say where the certificate is, in PEM, readable to this user");
    return findings;
  }
  const leftSeconds = (certificate.validToDate.getTime() - now.getTime()) / 1_000;
  const advice = "renew it: apps read the files again when they change";
  const until = certificate.validToDate.toISOString();
  if (certificate.validFromDate > now)
    fail(`${name} is not valid before ${certificate.validFromDate.toISOString()}`, advice);
  else if (leftSeconds <= 0) fail(`${name} has expired, ${duration(-leftSeconds)} ago`, advice);
  else if (leftSeconds < SOON_SECONDS) warn(`${name} expires in ${duration(leftSeconds)}`, advice);
  else ok(`${name} is valid until ${until}`);
  return findings;
}

function read(file: string): X509Certificate | string {
  try {
    return new X509Certificate(readFileSync(file));
  } catch (error) {
    return `${file}: ${error instanceof Error ? error.message : String(error)}`;
  }
}
