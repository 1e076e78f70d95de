// The least that a service on Hono does: one validated parameter in, JSON out.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { Hono } from "hono";
import { z } from "zod";

const Name = z.string().regex(/^[A-Za-z0-9_-]{1,100}$/);

const app = new Hono();
app.get("/hello/:name", (c) => {
  const { success, data } = Name.safeParse(c.req.param("name"));
  return success ? c.json({ hello: data }) : c.json({ message: "name: letters, digits, _ and -" }, 422);
});
const respond = getRequestListener(app.fetch, { hostname: "localhost" });
const server = createServer((incoming, outgoing) => void respond(incoming, outgoing));
server.listen(0, "127.0.0.1", () => process.send?.({ port: (server.address() as AddressInfo).port }));
process.once("SIGTERM", () => process.exit(0));
process.once("disconnect", () => process.exit(0));
