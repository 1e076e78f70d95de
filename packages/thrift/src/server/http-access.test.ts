import { createHash } from "node:crypto";
import { describe, expect, it, onTestFinished } from "vitest";
import { HttpClient, post } from "../../test/http-client.ts";
import { message } from "../../test/raw-client.ts";
import { startServer } from "../../test/start-server.ts";
import { waitFor } from "../../test/wait-for.ts";
import { acceptTokens, type HttpOptions, type ServerLimits } from "../index.ts";
import { WireType } from "../protocol/wire-types.ts";

const call = message("text", (output) => {
  output.writeField(WireType.STRING, 1);
  output.writeString("x");
  output.writeStop();
});
const sha256 = (token: string) => createHash("sha256").update(token).digest();
const withToken = (authorization: string) => post(call, { Authorization: authorization });

async function serve(http: HttpOptions, limits: Partial<ServerLimits> = {}) {
  const { port, events } = await startServer({}, limits, { http });
  const client = await HttpClient.open(port);
  onTestFinished(() => void client.socket.destroy());
  const ask = async (...requests: readonly Buffer[]) => {
    const before = client.answers.length;
    client.send(...requests);
    await waitFor("the answers", () => client.answers.length === before + requests.length);
    return client.answers.slice(before);
  };
  return { ask, client, events };
}

describe("a server that wants a bearer token", () => {
  it("answers 401 with a challenge to whoever has none, or a wrong one", async () => {
    const { ask, events } = await serve({ authenticate: acceptTokens([sha256("right-token")]) });
    const answers = await ask(
      post(call),
      withToken("Bearer wrong"),
      withToken("Basic right-token"),
      withToken("right-token"),
    );
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401]);
    expect(answers.map(({ headers }) => headers["www-authenticate"])).toEqual([
      "Bearer",
      'Bearer error="invalid_token"',
      "Bearer",
      "Bearer",
    ]);
    const [granted] = await ask(withToken("bearer right-token"));
    expect(granted?.status).toBe(200);
    expect(JSON.stringify(events)).not.toContain("right-token");
    expect(events.map(({ type }) => type)).toEqual([...answers.map(() => "http_refusal"), "call"]);
  });

  it("does not read the body of a stranger", async () => {
    const { client } = await serve({ authenticate: () => false });
    client.send(post(Buffer.alloc(0), { "Content-Length": "60000", "Content-Type": "text/plain" }));
    await waitFor("the answer", () => client.answers.length === 1);
    expect(client.statuses).toEqual([401]);
  });

  it("may look at the other headers too", async () => {
    const { ask } = await serve({ authenticate: (_, { origin }) => origin === undefined });
    const answers = await ask(post(call, { Origin: "https://example.net" }), post(call));
    expect(answers.map(({ status }) => status)).toEqual([401, 200]);
  });

  it("waits for an answer about the token, in the order of the requests", async () => {
    const { ask } = await serve({
      authenticate: (token) =>
        new Promise((resolve) => setTimeout(resolve, token === "slow" ? 100 : 0, token !== "no")),
    });
    const answers = await ask(withToken("Bearer slow"), withToken("Bearer no"), withToken("Bearer yes"));
    expect(answers.map(({ status }) => status)).toEqual([200, 401, 200]);
  });

  it("says 503 when nobody can tell, and tells the operator why", async () => {
    const { ask, events } = await serve({
      authenticate() {
        throw new Error("no database, password=hunter2");
      },
    });
    const [answer] = await ask(withToken("Bearer any"));
    expect(answer).toMatchObject({ status: 503, headers: { "retry-after": "1" } });
    expect(answer?.body.toString()).not.toContain("hunter2");
    expect(events[0]).toMatchObject({ type: "handler_error", error: { message: "no database, password=hunter2" } });
  });

  it("says 503 when nobody tells in time, and calls nothing later", async () => {
    let tell: (isAccepted: boolean) => void = () => {};
    const authenticate = () => new Promise<boolean>((resolve) => (tell = resolve));
    const { ask, events } = await serve({ authenticate }, { handlerTimeoutMs: 200 });
    const [answer] = await ask(withToken("Bearer any"));
    expect(answer?.status).toBe(503);
    tell(true);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(events.map(({ type }) => type)).toEqual(["timeout", "http_refusal"]);
  });
});

describe("acceptTokens", () => {
  it("knows each token by its hash, as bytes and as text", () => {
    const accept = acceptTokens([sha256("one"), sha256("two").toString("hex")]);
    expect(["one", "two", "three", "", undefined].map(accept)).toEqual([true, true, false, false, false]);
    expect(acceptTokens([])("one")).toBe(false);
  });

  it.each([["one"], [""], [sha256("one").toString("base64")], [`${sha256("one").toString("hex")}00`]])(
    "refuses %j, which is no hash",
    (hash) => {
      expect(() => acceptTokens([hash])).toThrow(TypeError);
    },
  );
});
