import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from "jose";

/** What an application names itself to Google. */
export const GOOGLE_CLIENT_ID = "1234.apps.googleusercontent.example";

const KEY_ID = "of-the-tests";
const { privateKey, publicKey } = await generateKeyPair("RS256");
const published = { keys: [{ ...(await exportJWK(publicKey)), kid: KEY_ID, alg: "RS256", use: "sig" }] };

export interface Google {
  readonly url: string;
  /** How often its keys were fetched. */
  readonly requests: () => number;
  readonly close: () => void;
}

/** Publishes the keys of the tests on loopback, or answers what `status` says. */
export async function openGoogle({ status = 200 } = {}): Promise<Google> {
  let requests = 0;
  const server = createServer((_, response) => {
    requests += 1;
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(published));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/certs`,
    requests: () => requests,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** An ID token as Google signs it for the tests' application, with other claims if given; undefined leaves one out. */
export async function signIdToken(
  changes: Readonly<Record<string, unknown>> = {},
  { key = privateKey, kid = KEY_ID }: { readonly key?: CryptoKey; readonly kid?: string } = {},
): Promise<string> {
  const now = Math.floor(Date.now() / 1_000);
  const claims = {
    iss: "https://accounts.google.com",
    aud: GOOGLE_CLIENT_ID,
    sub: "110169484474386276334",
    name: "Frodo Baggins",
    email: "frodo@shire.example",
    email_verified: true,
    iat: now,
    exp: now + 3_600,
    ...changes,
  };
  return new SignJWT(claims).setProtectedHeader({ alg: "RS256", kid }).sign(key);
}

/** A key that Google has not published. */
export async function otherKey(): Promise<CryptoKey> {
  return (await generateKeyPair("RS256")).privateKey;
}
