import { z } from "zod";
import { ExposedPort } from "./exposed-port.ts";
import { ProcessStatus } from "./process.ts";
import { Region } from "./region.ts";
import { storableText } from "./storable-text.ts";

/** Names, IPv4, and IPv6 without brackets. */
const HOST = /^[A-Za-z0-9.:_-]{1,255}$/;

const host = z
  .string()
  .regex(HOST, { error: "expected a host name or an address of 1 to 255 characters" })
  .meta({ description: "What players connect to." });

const portName = z.string().regex(/^[A-Za-z0-9_-]{1,63}$/, { error: "1 to 63 characters of A-Z, a-z, 0-9, _ and -" });

const OwnPort = ExposedPort.extend({ host });

/** Body of `RegisterStaticProcess`: a game server that somebody else has started tells where it is. Unknown keys are ignored. */
export const RegisterStaticProcessParams = z
  .object({
    name: z
      .string()
      .regex(/^[A-Za-z0-9._-]{1,100}$/, { error: "1 to 100 characters of A-Z, a-z, 0-9, ., _ and -" })
      .meta({
        description: "Of this server, and of no other one of the application: who registers with it takes its place.",
        example: "anna-laptop",
      }),
    instanceId: z.uuid().optional().meta({
      description:
        "Drawn anew at each start of the server; the same one again answers the same process. Without it every call is another start.",
    }),
    region: Region,
    exposedPort: OwnPort.omit({ name: true }).meta({ description: "The port called `default`." }),
    additionalExposedPorts: z
      .array(OwnPort.extend({ name: portName }))
      .max(10)
      .optional(),
    deploymentId: storableText().optional().meta({ description: "The newest deployment when absent." }),
    roomsPerProcess: z.int().min(1).max(10_000).optional().meta({
      description: "At most what the deployment says, which is also the default.",
    }),
    idleTimeoutEnabled: z.boolean().optional().meta({
      description: "True: it is asked to stop after 300 s without rooms. Default false, whatever the deployment says.",
    }),
  })
  .meta({ id: "RegisterStaticProcessParams" });
export type RegisterStaticProcessParams = z.infer<typeof RegisterStaticProcessParams>;

/** A room that a static process has to serve. */
export const StaticProcessRoom = z
  .object({
    roomId: z.string(),
    roomConfig: z.union([z.string(), z.null()]),
    roomAllocationId: z.string().meta({ description: "Of this stay: another one after the room was away." }),
  })
  .meta({ id: "StaticProcessRoom" });
export type StaticProcessRoom = z.infer<typeof StaticProcessRoom>;

/** Answer of `RegisterStaticProcess` and `HeartbeatStaticProcess`. */
export const StaticProcess = z
  .object({
    processId: z.string(),
    deploymentId: z.string(),
    region: Region,
    roomsPerProcess: z.int().min(1),
    status: ProcessStatus,
    stopReason: z.union([z.string(), z.null()]).meta({
      description: "Not null: end, and deregister. `stop_requested`: by StopProcess. `idle`: no rooms for 300 s.",
    }),
    heartbeatSeconds: z.int().min(1).meta({ description: "Time to the next heartbeat." }),
    leaseSeconds: z.int().min(1).meta({ description: "After so long without a heartbeat the process counts as lost." }),
    roomsVersion: z.string().meta({ description: "Changes when `rooms` does." }),
    rooms: z
      .array(StaticProcessRoom)
      .optional()
      .meta({ description: "In the order in which they came; left out when the heartbeat named their version." }),
  })
  .meta({ id: "StaticProcess" });
export type StaticProcess = z.infer<typeof StaticProcess>;

/** Body of `DeregisterStaticProcess`, which may be left out. */
export const DeregisterStaticProcessParams = z
  .object({
    exitCode: z.int().min(0).max(255).default(0).meta({
      description: "0: its rooms are destroyed with it. Anything else: they lose their process and may be resumed.",
    }),
  })
  .meta({ id: "DeregisterStaticProcessParams" });
export type DeregisterStaticProcessParams = z.input<typeof DeregisterStaticProcessParams>;
