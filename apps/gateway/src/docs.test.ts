import { openTestRooms } from "@roombridge/testing";
import { pino } from "pino";
import { describe, expect, test } from "vitest";
import { createApp } from "./app.ts";

/** A gateway without a database: the page needs none. */
function gatewayBelow(basePath: string) {
  const rooms = openTestRooms("postgres://nobody@127.0.0.1:1/none");
  return createApp({ rooms, log: pino({ level: "silent" }), lifecycle: { isDraining: false }, basePath });
}

/** Every address in the page, where a browser at `url` would look for it. */
function referencesOf(html: string, url: URL): URL[] {
  return [...html.matchAll(/(?:href|src)="([^"]*)"/g)].map(([, reference]) => new URL(reference ?? "", url));
}

describe.each(["", "/hathora"])("the page below '%s'", (basePath) => {
  const app = gatewayBelow(basePath);
  const url = new URL(`http://gateway.example${basePath}/docs`);

  test("names the document", async () => {
    const page = await app.request(url);
    expect([page.status, page.headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
    const document = new URL(`${basePath}/openapi.json`, url).href;
    expect(referencesOf(await page.text(), url).map(({ href }) => href)).toContain(document);
  });

  test("refers to nothing but what this gateway answers, with the right type", async () => {
    const references = referencesOf(await (await app.request(url)).text(), url);
    expect(references).toHaveLength(7);
    for (const reference of references.filter(({ protocol }) => protocol !== "data:")) {
      expect(reference.origin).toBe(url.origin);
      const answer = await app.request(reference);
      const extension = /\.(\w+)$/.exec(reference.pathname)?.[1] ?? "";
      const type = { css: "text/css; charset=utf-8", js: "text/javascript; charset=utf-8", json: "application/json" }[
        extension
      ];
      expect([reference.href, answer.status, answer.headers.get("content-type")]).toEqual([reference.href, 200, type]);
      expect((await answer.arrayBuffer()).byteLength).toBeGreaterThan(20);
    }
  });

  test("a slash at its end leads to it", async () => {
    const answer = await app.request(`${url.href}/`);
    expect(answer.status).toBe(308);
    expect(new URL(answer.headers.get("location") ?? "", `${url.href}/`).href).toBe(url.href);
  });

  test("is where a wrong path sends its reader", async () => {
    const answer = await app.request(`${basePath}/nothing`);
    expect(await answer.json()).toEqual({ message: `there is nothing at this path; see ${basePath}/docs` });
  });
});

describe("what comes with the page", () => {
  const app = gatewayBelow("");

  async function filesOfPage() {
    const url = new URL("http://gateway.example/docs");
    const references = referencesOf(await (await app.request(url)).text(), url);
    return references.map(({ pathname }) => pathname).filter((path) => path.startsWith("/docs/"));
  }

  test("styles load nothing", async () => {
    const sheets = (await filesOfPage()).filter((path) => path.endsWith(".css"));
    expect(sheets).toHaveLength(2);
    for (const path of sheets) {
      const style = await (await app.request(path)).text();
      expect(style).not.toContain("@import");
      for (const [, target] of style.matchAll(/url\(["']?([^"')]{0,20})/g)) expect(target).toMatch(/^data:/);
    }
  });

  test("a browser may load from this gateway only, run nothing inline, and show the page in no frame", async () => {
    for (const path of ["/docs", ...(await filesOfPage())]) {
      const { headers } = await app.request(path);
      const policy = headers.get("content-security-policy")?.split("; ") ?? [];
      expect(policy).toEqual(expect.arrayContaining(["default-src 'none'", "script-src 'self'", "connect-src 'self'"]));
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy.join()).not.toMatch(/unsafe|http|\*/);
      expect(headers.get("x-content-type-options")).toBe("nosniff");
    }
  });

  test("files have a version in their address and may be kept for ever, the page may not", async () => {
    for (const path of await filesOfPage()) {
      expect(path).toMatch(/^\/docs\/[0-9a-f]{12}\/[\w.-]+$/);
      const { headers } = await app.request(path);
      expect(headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    }
    expect((await app.request("/docs")).headers.get("cache-control")).toBe("no-cache");
  });

  test.each([
    "/docs/0123456789ab/page.js",
    "/docs/page.js",
    "/docs/../package.json",
    "/docs/%2e%2e/package.json",
    "/docs/..%2fpackage.json",
    "/docs/%2e%2e%2fpackage.json",
    "/docs/VERSION/../../package.json",
    "/docs/VERSION/..%2f..%2fpackage.json",
    "/docs/VERSION/..%5cpackage.json",
    "/docs/VERSION/%00",
    "/docs/VERSION//page.js",
    "/docs/VERSION/swagger-ui-bundle.js.map",
    "/docs/VERSION/index.html",
    "/docs/VERSION/",
  ])("there is no file at %s", async (path) => {
    const version = (await filesOfPage())[0]?.split("/")[2] ?? "";
    const answer = await app.request(path.replace("VERSION", version));
    expect([answer.status, answer.headers.get("content-type")]).toEqual([404, "application/json"]);
  });

  test("HEAD works, other methods do not", async () => {
    expect((await app.request("/docs", { method: "HEAD" })).status).toBe(200);
    const posted = await app.request("/docs", { method: "POST" });
    expect([posted.status, posted.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
  });
});
