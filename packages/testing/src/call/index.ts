export type { Call, Route, Stream } from "./call.ts";
export { libwebrtc, startChromium, type WebRtcEngine } from "./engines.ts";
