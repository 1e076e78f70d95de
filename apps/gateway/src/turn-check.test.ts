import { openTestRooms } from "@roombridge/testing";
import { pino } from "pino";
import { describe, expect, test } from "vitest";
import { createApp } from "./app.ts";

/** A gateway without a database: the page needs none. */
function gateway(settings: { readonly basePath?: string; readonly turnCheck?: boolean } = {}) {
  const rooms = openTestRooms("postgres://nobody@127.0.0.1:1/none");
  return createApp({ rooms, log: pino({ level: "silent" }), lifecycle: { isDraining: false }, ...settings });
}

describe.each(["", "/hathora"])("the page below '%s'", (basePath) => {
  const app = gateway({ basePath });
  const url = new URL(`http://gateway.example${basePath}/turn/check`);

  test("loads nothing but what this gateway answers, with the right type", async () => {
    const page = await app.request(url);
    expect([page.status, page.headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
    const addresses = await referencesFrom(await page.text(), url);
    expect(new Set(addresses.map(({ pathname }) => pathname.split("/").at(-1)))).toEqual(
      new Set(["ice-servers.js", "page.css", "page.js", "relay-check.js"]),
    );
    for (const address of addresses) {
      const answer = await app.request(address);
      const type = address.pathname.endsWith(".css") ? "text/css" : "text/javascript";
      expect([address.origin, answer.status, answer.headers.get("content-type")]).toEqual([
        url.origin,
        200,
        `${type}; charset=utf-8`,
      ]);
      expect(answer.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    }
  });

  test("a slash at its end leads to it", async () => {
    const answer = await app.request(`${url.href}/`);
    expect(answer.status).toBe(308);
    expect(new URL(answer.headers.get("location") ?? "", `${url.href}/`).href).toBe(url.href);
  });

  /** Of the page, and of the modules that its script imports. */
  async function referencesFrom(html: string, base: URL): Promise<URL[]> {
    const direct = [...html.matchAll(/(?:href|src)="([^"]*)"/g)]
      .map(([, reference]) => new URL(reference ?? "", base))
      .filter(({ protocol }) => protocol !== "data:");
    const scripts = direct.filter(({ pathname }) => pathname.endsWith(".js"));
    const imported = await Promise.all(
      scripts.map(async (script) => {
        const text = await (await app.request(script)).text();
        return [...text.matchAll(/from "([^"]+)"/g)].map(([, reference]) => new URL(reference ?? "", script));
      }),
    );
    return [...direct, ...imported.flat()];
  }
});

describe("what a token that is typed into the page can reach", () => {
  const app = gateway();

  test("this gateway and nothing else: no other origin, nothing inline, no frame, no form that is sent by itself", async () => {
    const { headers } = await app.request("/turn/check");
    const policy = headers.get("content-security-policy")?.split("; ") ?? [];
    expect(policy).toEqual(
      expect.arrayContaining(["default-src 'none'", "script-src 'self'", "connect-src 'self'", "form-action 'none'"]),
    );
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy.join()).not.toMatch(/unsafe|http|\*/);
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
    expect(headers.get("cache-control")).toBe("no-cache");
  });

  test("no address and no storage: fields have no names, scripts touch neither storage nor history", async () => {
    const html = await (await app.request("/turn/check")).text();
    expect(html).not.toMatch(/<(?:form|input|textarea|button)[^>]* name=|https?:|style=| on[a-z]+=/);
    const [, version] = /check\/([0-9a-f]{12})\//.exec(html) ?? [];
    for (const name of ["page.js", "relay-check.js", "ice-servers.js"]) {
      const script = await (await app.request(`/turn/check/${version}/${name}`)).text();
      expect(script).not.toMatch(/Storage|cookie|indexedDB|history\.|location|innerHTML|eval|https?:/);
    }
  });

  test.each(["page.html", "../turn-check.ts", "..%2fapp.ts", "page.js.map"])("no other file: %s", async (name) => {
    const html = await (await app.request("/turn/check")).text();
    const [, version] = /check\/([0-9a-f]{12})\//.exec(html) ?? [];
    expect((await app.request(`/turn/check/${version}/${name}`)).status).toBe(404);
  });
});

test("switched off, there is no page", async () => {
  expect((await gateway({ turnCheck: false }).request("/turn/check")).status).toBe(404);
});

describe("iceServers that are pasted", async () => {
  // Written for browsers, whose types are not ours.
  const script = new URL("turn-check/ice-servers.js", import.meta.url).href;
  const { parseIceServers }: { parseIceServers: (text: string) => object[] } = await import(script);
  const credential = { username: "u", credential: "c" };

  test.each([
    [[{ urls: ["turn:a?transport=udp", "turns:a"], ...credential }], 2],
    [{ iceServers: [{ urls: "turn:a", ...credential }], username: "u" }, 1],
    [[{ urls: "stun:a" }, { urls: "turn:a", ...credential }], 1],
    [[], 0],
  ])("%j: %d relays, each alone with its credential", (pasted, count) => {
    const servers = parseIceServers(JSON.stringify(pasted));
    expect(servers).toHaveLength(count);
    for (const server of servers) expect(server).toMatchObject(credential);
  });

  test.each(["", "{", "null", '{"username":"u"}', "[1]", '["turn:a"]'])("%j is refused in words", (text) => {
    expect(() => parseIceServers(text)).toThrow(/JSON|expected a list/);
  });
});
