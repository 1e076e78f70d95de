import { constants, createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import type { Socket } from "node:net";
import { createServer, type Server, type TLSSocket } from "node:tls";
import type { OnServerEvent } from "./events.ts";

/** Certificates in PEM. */
export interface TlsOptions {
  /** The server's certificate, then those between it and its authority. */
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
  /** Authorities of client certificates. With it, a client without a valid certificate is refused in the handshake. */
  readonly ca?: string | Buffer;
}

export interface TlsFrontOptions {
  readonly tls: TlsOptions;
  readonly handshakeTimeoutMs: number;
  readonly onEvent: OnServerEvent;
  readonly onSecure: (socket: TLSSocket) => void;
}

/** Leads sockets through the TLS handshake: versions 1.2 and 1.3. */
export class TlsFront {
  readonly #server: Server;
  readonly #asksForCertificates: boolean;
  /** By address and port of the peer: TLS sockets do not tell from which socket they were made. */
  readonly #handshaking = new Map<string, Socket>();
  #isDraining = false;

  /** Throws when the certificates cannot be used. */
  constructor({ tls, handshakeTimeoutMs, onEvent, onSecure }: TlsFrontOptions) {
    this.#asksForCertificates = tls.ca !== undefined;
    this.#server = createServer({
      ...context(tls),
      handshakeTimeout: handshakeTimeoutMs,
      requestCert: this.#asksForCertificates,
      rejectUnauthorized: this.#asksForCertificates,
    });
    this.#server.on("secureConnection", (socket) => {
      this.#handshaking.delete(peerOf(socket));
      onSecure(socket);
    });
    this.#server.on("tlsClientError", (error, socket) => {
      const remoteAddress = this.#forget(socket);
      socket.destroy();
      if (this.#isDraining) return;
      if ("code" in error && error.code === "ERR_TLS_HANDSHAKE_TIMEOUT")
        onEvent({ type: "timeout", remoteAddress, what: "handshake" });
      else onEvent({ type: "protocol_error", remoteAddress, message: `TLS: ${reasonOf(error, socket)}` });
    });
  }

  /** Certificates for handshakes from now on; connections go on with what they have. Throws, and changes nothing, when they cannot be used. */
  reload(tls: TlsOptions): void {
    // Without `ca` Node would trust every public authority.
    if ((tls.ca !== undefined) !== this.#asksForCertificates)
      throw new TypeError("whether client certificates are demanded cannot change while the server runs");
    this.#server.setSecureContext(context(tls));
  }

  /** Takes a socket from which nothing seems to be read yet. */
  accept(socket: Socket): void {
    const peer = peerOf(socket);
    this.#handshaking.set(peer, socket);
    // What can be told of a failed handshake is told right after the close.
    socket.on("close", () => setImmediate(() => this.#handshaking.delete(peer)));
    this.#server.emit("connection", socket);
  }

  /** Nothing is under way before the handshake is over. */
  drain(): void {
    this.#isDraining = true;
    for (const socket of this.#handshaking.values()) socket.destroy();
  }

  /** Answers the peer's address, which a TLS socket has forgotten if its peer is gone. */
  #forget(socket: TLSSocket): string {
    for (const [peer, raw] of this.#handshaking) {
      if (peer !== peerOf(socket) && !(socket.remoteAddress === undefined && raw.destroyed)) continue;
      this.#handshaking.delete(peer);
      return raw.remoteAddress ?? "";
    }
    return "";
  }
}

function context({ cert, key, ca }: TlsOptions) {
  assertPair(readCertificate("cert", cert), key);
  if (ca !== undefined) readCertificate("ca", ca);
  // A handshake costs us more than the client, and Node's own limit to further ones does not hold.
  return { cert, key, ca, minVersion: "TLSv1.2" as const, secureOptions: constants.SSL_OP_NO_RENEGOTIATION };
}

/** Node takes a text without a certificate for none at all, and then trusts public authorities or serves nobody. */
function readCertificate(name: string, pem: string | Buffer): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (error) {
    throw new TypeError(`${name} holds no certificate in PEM`, { cause: error });
  }
}

function assertPair(cert: X509Certificate, key: string | Buffer): void {
  if (!cert.checkPrivateKey(readKey(key))) throw new TypeError("key is not that of the certificate");
}

function readKey(pem: string | Buffer): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (error) {
    throw new TypeError("key holds no unencrypted private key in PEM", { cause: error });
  }
}

function peerOf({ remoteAddress, remotePort, localAddress }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localAddress}`;
}

/** Why a certificate was refused is told by the socket, not by the error. */
function reasonOf(error: Error, socket: TLSSocket): string {
  const refused: unknown = socket.authorizationError;
  if (typeof refused === "string") return `client certificate refused: ${refused}`;
  // OpenSSL's messages are long: thread:error:code:library:function:reason:file:line.
  return "reason" in error && typeof error.reason === "string" ? error.reason : error.message;
}
