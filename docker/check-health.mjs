// Health check of a container: check-health.mjs <http://… | tcp://host:port>. Exits 0 if HTTP answers with less than 500 (a
// gateway that cannot reach its database says 503, and so does a host that has not started), or the TCP port accepts.
import { once } from "node:events";
import { connect } from "node:net";

const url = new URL(process.argv[2]);
const signal = AbortSignal.timeout(4_000);
try {
  if (url.protocol === "tcp:") {
    const socket = connect(Number(url.port), url.hostname);
    await once(socket, "connect", { signal });
    socket.destroy();
  } else {
    const { status } = await fetch(url, { signal });
    if (status >= 500) throw new Error(`status ${status}`);
  }
} catch (error) {
  console.error(`${url.href}: ${error.cause?.message ?? error.message}`);
  process.exit(1);
}
