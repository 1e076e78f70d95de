/** Where this server registers itself when Roombridge has not started it. */
export interface Registration {
  readonly serverUrl: string;
  readonly token: string;
  readonly appId: string;
  /** The same at each start, so that the next one takes over from this one. */
  readonly name: string;
  readonly region: string;
  /** What players connect to. */
  readonly publicHost: string;
}

export interface Env {
  readonly host: string;
  readonly tcpPort: number;
  readonly udpPort: number;
  readonly processId: string | null;
  readonly region: string | null;
  /** Rooms at a time. */
  readonly maxRooms: number;
  /** The room that this process was started for; null when it was started without one. */
  readonly initialRoom: { readonly roomId: string; readonly roomConfig: string | null } | null;
  readonly registration: Registration | null;
}

/** Reads the environment that Hathora (and Roombridge) gives a game server. Throws an Error that names a bad variable. */
function parseEnv(variables: NodeJS.ProcessEnv): Env {
  const tcpPort = port(variables, ["PORT", "HATHORA_DEFAULT_PORT"]) ?? 8000;
  const roomId = variables["HATHORA_INITIAL_ROOM_ID"];
  return {
    host: variables["HOST"] || "127.0.0.1",
    tcpPort,
    udpPort: port(variables, ["UDP_PORT", "PORT_UDP", "HATHORA_UDP_PORT"]) ?? tcpPort,
    processId: variables["HATHORA_PROCESS_ID"] || null,
    region: variables["HATHORA_REGION"] || null,
    maxRooms: integer(variables, "HATHORA_ROOMS_PER_PROCESS", { min: 1, max: 10_000 }) ?? 100,
    initialRoom: roomId ? { roomId, roomConfig: variables["HATHORA_INITIAL_ROOM_CONFIG"] ?? null } : null,
    registration: variables["ROOMBRIDGE_URL"] ? registration(variables, variables["ROOMBRIDGE_URL"]) : null,
  };
}

function registration(variables: NodeJS.ProcessEnv, serverUrl: string): Registration {
  const required = (name: string): string => {
    const value = variables[name];
    if (!value) throw new Error(`${name} is required with ROOMBRIDGE_URL`);
    return value;
  };
  return {
    serverUrl,
    token: required("ROOMBRIDGE_TOKEN"),
    appId: required("ROOMBRIDGE_APP_ID"),
    name: variables["ROOMBRIDGE_NAME"] || "echo-room",
    region: required("ROOMBRIDGE_REGION"),
    publicHost: variables["ROOMBRIDGE_PUBLIC_HOST"] || "127.0.0.1",
  };
}

/** The environment of this process; a problem is printed and ends it with exit code 1. */
export function readEnv(): Env {
  try {
    return parseEnv(process.env);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  }
}

/** The first of these variables that is set. */
function port(variables: NodeJS.ProcessEnv, names: readonly string[]): number | undefined {
  for (const name of names) {
    const value = integer(variables, name, { min: 0, max: 65_535 });
    if (value !== undefined) return value;
  }
  return undefined;
}

function integer(
  variables: NodeJS.ProcessEnv,
  name: string,
  { min, max }: { readonly min: number; readonly max: number },
): number | undefined {
  const text = variables[name];
  if (text === undefined || text === "") return undefined;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max)) throw new Error(`${name}: expected a whole number from ${min} to ${max}`);
  return value;
}
