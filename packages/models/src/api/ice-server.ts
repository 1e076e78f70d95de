import { z } from "zod";

/** W3C `RTCIceServer`: what `new RTCPeerConnection({ iceServers })` takes. A secret: never log or list it. */
export const IceServer = z
  .object({ urls: z.array(z.string()), username: z.string(), credential: z.string() })
  .meta({ id: "IceServer" });
export type IceServer = z.infer<typeof IceServer>;
