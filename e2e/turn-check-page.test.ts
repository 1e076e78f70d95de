import { execFileSync } from "node:child_process";
import { createHash, X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { requireProgram } from "@roombridge/testing";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { client, newDataDir, removeRoombridge, startRoombridge, type Roombridge } from "./test/roombridge.ts";

// A browser takes minutes on a small machine, so only the full run of CI asks for it.
const program = process.env["TEST_BROWSER"] === "1" ? requireProgram("chromium", "chromium") : undefined;
const turnserver = requireProgram("turnserver", "coturn");

/** Without a sandbox (it refuses root), without calls home, and with candidates where loopback is the only interface. */
const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--allow-loopback-in-peer-connection",
];

describe.skipIf(program === undefined || turnserver === undefined)("the check page in Chromium", () => {
  const folder = mkdtempSync(join(tmpdir(), "turn-check-page-"));
  let roombridge: Roombridge;
  let browser: Browser;

  beforeAll(async () => {
    const [cert, key] = [join(folder, "cert.pem"), join(folder, "key.pem")];
    const request = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=relay";
    execFileSync("openssl", [...request.split(" "), "-keyout", key, "-out", cert], { stdio: "pipe" });
    const tls = { TURN_TLS_CERT_FILE: cert, TURN_TLS_KEY_FILE: key, TURN_TLS_PORT: "0" };
    [roombridge, browser] = await Promise.all([
      newDataDir().then((dataDir) => startRoombridge(dataDir, tls)),
      chromium.launch({ executablePath: program ?? "", args: ARGUMENTS }),
    ]);
  });

  afterAll(async () => {
    await browser.close();
    await removeRoombridge(roombridge);
    rmSync(folder, { recursive: true });
  });

  test("two of its connections meet through the relay over UDP and TCP; a certificate that nobody signed is told", async () => {
    const { roomId } = await client(roombridge).roomsV2.createRoom({ region: "Tokyo" });
    const { page, seen } = await openPage();
    await page.fill("#app", roombridge.appId);
    await page.fill("#room", roomId);
    await page.fill("#token", roombridge.token.trim());
    expect(await check(page)).toBe("1 of 3 do not relay from here");
    const ms = expect.stringMatching(/^\d+ ms$/);
    expect(await rows(page)).toEqual([
      [expect.stringContaining("?transport=udp"), ms, ms, "ok"],
      [expect.stringContaining("?transport=tcp"), ms, ms, "ok"],
      [expect.stringMatching(/^turns:/), "–", "–", expect.stringContaining("its certificate (701)")],
    ]);

    expect(seen.complaints).toEqual([]);
    expect(seen.addresses.length).toBeGreaterThan(4);
    for (const address of seen.addresses) {
      expect(new URL(address).origin).toBe(roombridge.gateway);
      expect(address).not.toContain(roombridge.token.trim());
    }
    const kept = await page.evaluate("JSON.stringify([localStorage, sessionStorage, document.cookie, location.href])");
    expect(kept).toBe(JSON.stringify([{}, {}, "", `${roombridge.gateway}/turn/check`]));
  });

  test("over TLS too, they meet in a browser that trusts the certificate", async () => {
    const { publicKey } = new X509Certificate(readFileSync(join(folder, "cert.pem")));
    const spki = createHash("sha256")
      .update(publicKey.export({ type: "spki", format: "der" }))
      .digest("base64");
    const args = [...ARGUMENTS, `--ignore-certificate-errors-spki-list=${spki}`];
    await using trusting = await chromium.launch({ executablePath: program ?? "", args });
    const { iceServers } = await client(roombridge).roomsV2.createRoom({ region: "Tokyo" });
    const { page } = await openPage(trusting);
    await page.fill("#servers", JSON.stringify(iceServers));
    expect(await check(page)).toBe("relaying works from here");
    expect((await rows(page)).map(([uri, _connected, _trip, result]) => [uri?.split(":")[0], result])).toEqual([
      ["turn", "ok"],
      ["turn", "ok"],
      ["turns", "ok"],
    ]);
  });

  test("iceServers that are pasted are tried as they are: a wrong credential is a 401, in words", async () => {
    const { iceServers } = await client(roombridge).roomsV2.createRoom({ region: "Tokyo" });
    const wrong = iceServers.map((server) => ({ ...server, credential: "wrong" }));
    const { page } = await openPage();
    await page.fill("#servers", JSON.stringify({ iceServers: wrong }));
    await check(page);
    const udp = (await rows(page)).find(([uri]) => uri?.includes("transport=udp"));
    expect(udp?.slice(1)).toEqual(["–", "–", "the relay does not take the credential (401)"]);
  });

  test("what the gateway refuses is told", async () => {
    const { page } = await openPage();
    await page.fill("#app", roombridge.appId);
    await page.fill("#room", "nowhere");
    await page.fill("#token", roombridge.token.trim());
    expect(await check(page)).toBe("the gateway answers 404: no room nowhere");
    await page.fill("#servers", "not json");
    expect(await check(page)).toBe("this is not JSON");
  });

  async function openPage(opened = browser) {
    const page = await opened.newPage();
    const seen = { addresses: [] as string[], complaints: [] as string[] };
    page.on("request", (request) => seen.addresses.push(request.url()));
    page.on("pageerror", (error) => seen.complaints.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error") seen.complaints.push(message.text());
    });
    await page.goto(`${roombridge.gateway}/turn/check`);
    return { page, seen };
  }

  /** Presses the button; the state when all is done. */
  async function check(page: Page): Promise<string> {
    await page.click("#start");
    await page.waitForSelector("#start:enabled", { timeout: 50_000 });
    return (await page.textContent("#state")) ?? "";
  }

  async function rows(page: Page): Promise<string[][]> {
    const lines = await page.locator("#rows tr").all();
    return Promise.all(lines.map((line) => line.locator("td").allTextContents()));
  }
});
