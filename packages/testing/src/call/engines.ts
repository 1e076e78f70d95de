import { readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import wrtc from "@roamhq/wrtc";
import { chromium } from "playwright-core";
import { connectCall, type Call } from "./call.ts";

/** Something that has an RTCPeerConnection. */
export interface WebRtcEngine {
  readonly name: string;
  connectCall(iceServers: readonly RTCIceServer[]): Promise<Call>;
  close(): Promise<void>;
}

/** libwebrtc, the code of Chromium's WebRTC, inside this process. */
export function libwebrtc(): WebRtcEngine {
  return {
    name: "libwebrtc",
    connectCall: (iceServers) => connectCall(iceServers, wrtc.RTCPeerConnection),
    close: async () => {},
  };
}

/** A headless Chromium; `executablePath` is the installed program. Nothing but the relay is reached from it. */
export async function startChromium(executablePath: string): Promise<WebRtcEngine> {
  const browser = await chromium.launch({ executablePath, args: CHROMIUM_ARGUMENTS });
  const page = await browser.newPage();
  const source = stripTypeScriptTypes(readFileSync(new URL("call.ts", import.meta.url), "utf8"));
  await page.addScriptTag({ type: "module", content: `${source}\nglobalThis.connectCall = connectCall;` });
  await page.waitForFunction(() => "connectCall" in globalThis);
  return {
    name: `Chromium ${browser.version()}`,
    connectCall: async (iceServers) => {
      const handle = await page.evaluateHandle(
        (servers) => (globalThis as unknown as { connectCall: typeof connectCall }).connectCall(servers),
        iceServers,
      );
      const run =
        <Name extends keyof Call>(name: Name) =>
        (...parameters: readonly unknown[]) =>
          handle.evaluate(
            (call, [method, values]) =>
              Reflect.apply(call[method] as (...values: readonly unknown[]) => unknown, call, values),
            [name, parameters] as const,
          ) as ReturnType<Call[Name]>;
      return {
        exchange: run("exchange"),
        startStream: run("startStream"),
        stream: run("stream"),
        stopStream: run("stopStream"),
        renew: run("renew"),
        route: run("route"),
        iceState: run("iceState"),
        close: run("close"),
      };
    },
    close: () => browser.close(),
  };
}

/** Without a sandbox (it refuses root), without calls home, and with candidates where loopback is the only interface. */
const CHROMIUM_ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--allow-loopback-in-peer-connection",
];
