import type { CliConnection } from "./cli-connection.ts";
import {
  CliFormatError,
  parseSessionListing,
  parseUserListing,
  type RelaySession,
  type SessionListing,
} from "./session-listing.ts";

/** More than a coturn can hold; its own default is 256. */
const MAX_LISTED = 1_000_000;

/** From here on listings have the sessions of this realm only, and all of them. */
export async function prepareListings(connection: CliConnection, realm: string): Promise<void> {
  await connection.run(`sr ${realm}`);
  await connection.run(`cc cli-max-output-sessions ${MAX_LISTED}`);
}

/** Every user with a session, and how many it has. */
export function listUsers(connection: CliConnection): Promise<ReadonlyMap<string, number>> {
  return read(connection, "pu", parseUserListing);
}

/** The sessions of one user; of a name that no command can carry, and no coturn lets in, there are none. */
export async function listUserSessions(connection: CliConnection, username: string): Promise<readonly RelaySession[]> {
  if (/[\s\p{Cc}]/u.test(username)) return [];
  // coturn takes the first asterisk away, so that one in the name survives.
  const { sessions } = await readListing(connection, `ps *${username}`);
  return sessions.filter((session) => session.username === username);
}

/** The sessions of all users in whose names `part` occurs; without it all sessions. */
export function listSessions(connection: CliConnection, part = ""): Promise<SessionListing> {
  return readListing(connection, `psp ${part}`);
}

/** Ends a session at once; nothing happens when there is none of this id. */
export function cutSession(connection: CliConnection, id: string): Promise<void> {
  return read(connection, `cs ${id}`, (answer) => {
    if (answer !== "") throw new CliFormatError("coturn answers to cs");
  });
}

async function readListing(connection: CliConnection, command: string): Promise<SessionListing> {
  return understand(connection, await connection.runQuoting(command), parseSessionListing);
}

async function read<Result>(
  connection: CliConnection,
  command: string,
  parse: (answer: string) => Result,
): Promise<Result> {
  return understand(connection, await connection.run(command), parse);
}

/** A connection on which one answer was not understood may have lost count of them. */
function understand<Result>(connection: CliConnection, answer: string, parse: (answer: string) => Result): Result {
  try {
    return parse(answer);
  } catch (error) {
    connection.close("an answer of coturn's command line was not understood");
    throw error;
  }
}
