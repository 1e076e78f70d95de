import { isStorable, Region, RoomId, ShortCode } from "@roombridge/models/api";
import { RoomError } from "@roombridge/rooms";
import type { HonoRequest } from "hono";
import { z } from "zod";
import { parse } from "./parse.ts";

/** Path parameters, for the document only: handlers read them with the functions below. */
export const AppPath = z.object({
  appId: z.string().meta({ example: "app-af469a92-5b45-4565-b3c4-b79878de67d2" }),
});
export const RoomPath = AppPath.extend({ roomId: RoomId });
export const ProcessPath = AppPath.extend({
  processId: z.string().meta({ example: "cbfcddd2-0006-43ae-996c-995fff7bed2e" }),
});
export const ShortCodePath = AppPath.extend({ shortCode: ShortCode });
export const WebhookPath = AppPath.extend({
  webhookId: z.string().meta({ example: "webhook-01a1ff76-6092-7726-a874-fc9ccdc11b35" }),
});
export const BuildPath = z.object({
  buildId: z.string().meta({ example: "bld-6d4c6a71-2d75-4b42-94e1-f312f57f33c5" }),
});
export const DeploymentPath = AppPath.extend({ deploymentId: z.string() });
export const RegionPath = AppPath.extend({ region: Region });
export const OrgPath = z.object({
  orgId: z.string().meta({ example: "org-6d2fa8a1-2f0b-4d53-9f5c-6f6f1f0d8d1e" }),
});
export const OrgTokenPath = OrgPath.extend({
  orgTokenId: z.string().meta({ example: "org-token-af469a92-5b45-4565-b3c4-b79878de67d2" }),
});

/** Any text may stand there, so one that no application can have is unknown like any other. */
export function appIdOf(request: HonoRequest): string {
  const appId = request.param("appId") ?? "";
  if (!isStorable(appId)) throw new RoomError("app_not_found", "no such application");
  return appId;
}

/** Throws `invalid_params` when the roomId breaks Hathora's rule. */
export function roomIdOf(request: HonoRequest): string {
  return parse(RoomId, request.param("roomId"), "roomId");
}

/** For operations that do not document 422: what cannot be a roomId is a room that does not exist. */
export function anyRoomIdOf(request: HonoRequest): string {
  return request.param("roomId") ?? "";
}

/** Any text: no operation documents 422 for it, so what cannot be a processId is a process that does not exist. */
export function processIdOf(request: HonoRequest): string {
  return request.param("processId") ?? "";
}

/** Any text: the operation does not document 422 for it, so what cannot be a code is one that no lobby has. */
export function shortCodeOf(request: HonoRequest): string {
  return request.param("shortCode") ?? "";
}

/** Any text: what cannot be a webhookId is a webhook that does not exist. */
export function webhookIdOf(request: HonoRequest): string {
  return request.param("webhookId") ?? "";
}

/** Throws `build_not_found` for what no build can have. */
export function buildIdOf(request: HonoRequest): string {
  const buildId = request.param("buildId") ?? "";
  if (!isStorable(buildId)) throw new RoomError("build_not_found", "no such build");
  return buildId;
}

/** Throws `deployment_not_found` for what no deployment can have. */
export function deploymentIdOf(request: HonoRequest): string {
  const deploymentId = request.param("deploymentId") ?? "";
  if (!isStorable(deploymentId)) throw new RoomError("deployment_not_found", "no such deployment");
  return deploymentId;
}

/** For the document only: which organisation, where only the token's own one can be named. */
export const OrganizationQuery = z.object({
  orgId: z.string().optional().meta({ description: "The token's own organisation, which is meant anyhow." }),
});

/** Throws `invalid_params` for a region that Hathora does not have. */
export function regionOf(request: HonoRequest): Region {
  return parse(Region, request.param("region"), "region");
}
