import { resolve } from "node:path";
import { examine } from "../doctor/examine.ts";
import type { Finding } from "../doctor/finding.ts";
import type { DoctorEnv } from "../env.ts";
import { COTURN_ROLE } from "../turn-part.ts";
import { databaseUrlOf } from "./database-url.ts";
import { readOptions, UsageError } from "./usage-error.ts";

const CERTIFICATES = ["HOST_TLS_CERT_FILE", "RTC_TLS_CERT_FILE", "TURN_TLS_CERT_FILE"] as const;

/**
 * `roombridge doctor`: looks at the database and at everything that reports there, and tells what is wrong and what to do.
 * @throws Error when something fails; warnings alone are none. The findings have been written by then.
 */
export async function doctor(args: readonly string[], env: DoctorEnv, write: (line: string) => void): Promise<void> {
  const options = readOptions(args, {
    json: { type: "boolean", default: false },
    role: { type: "string", default: COTURN_ROLE },
    gateway: { type: "string", multiple: true, default: [] },
    certificate: { type: "string", multiple: true, default: [] },
  });
  const directUrl = databaseUrlOf(env);
  const findings = await examine({
    databaseUrl: env.DATABASE_URL ?? directUrl,
    directUrl,
    role: options.role,
    keys: env.TURN_CREDENTIAL_KEYS?.map(({ id }) => id),
    rest: env.TURN_MODE === "rest" ? { realm: env.TURN_REALM, secret: env.TURN_REST_SECRET } : undefined,
    gateways: options.gateway.map(toUrl),
    certificates: certificatesOf(env, options.certificate),
  });
  if (options.json) write(JSON.stringify({ checkedAt: new Date().toISOString(), findings }, undefined, 2));
  else for (const finding of findings) for (const line of toLines(finding)) write(line);
  const failed = findings.filter(({ level }) => level === "fail").length;
  if (failed > 0) throw new Error(`${failed} of ${findings.length} findings are failures`);
}

function toUrl(text: string): URL {
  const url = URL.parse(text);
  if (url && ["http:", "https:"].includes(url.protocol)) return url;
  throw new UsageError("--gateway must be a URL, such as http://127.0.0.1:8080");
}

function certificatesOf(env: DoctorEnv, others: readonly string[]): Map<string, string> {
  const named = CERTIFICATES.flatMap((name): [string, string][] => {
    const file = env[name];
    return file === undefined ? [] : [[name, resolve(file)]];
  });
  return new Map([...named, ...others.map((file): [string, string] => [file, resolve(file)])]);
}

function toLines({ level, check, message, advice }: Finding): string[] {
  const line = `${level.padEnd(4)}  ${check.padEnd(12)}  ${message}`;
  return advice === undefined ? [line] : [line, `${" ".repeat(20)}-> ${advice}`];
}
