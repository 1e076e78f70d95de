/** A relay session as coturn's command line tells it (`ps`, `psp`). */
export interface RelaySession {
  /** Counts from 1 in each relay thread, and begins again when coturn is restarted. */
  readonly id: string;
  readonly username: string;
  /** Since the allocation. */
  readonly ageSeconds: number;
  /** From the client; coturn brings it up to date every 4,096 packets. */
  readonly receivedBytes: number;
  /** To the client. */
  readonly sentBytes: number;
}

export interface SessionListing {
  readonly sessions: readonly RelaySession[];
  /** There are more than `cli-max-output-sessions` let coturn print. */
  readonly isTruncated: boolean;
}

/** What coturn answered is not what it answers to this command. */
export class CliFormatError extends Error {
  override readonly name = "CliFormatError";
}

const HEADER = /^ {4}(\d+)\) id=(\d{18,20}), user <(.*)>:$/;
const STARTED = /^ {6}started(?: (\d+) secs ago|: undefined time)$/;
const PROTOCOLS = /^ {6}client protocol \S+, relay protocol \S+$/;
const USAGE = /^ {6}usage: rp=\d+, rb=(\d+), sp=\d+, sb=(\d+)$/;
const RATE = /^ {7}rate: r=\d+, s=\d+, total=\d+ \(bytes per sec\)$/;
const TOTAL = /^ {2}Total sessions(?: .*)?: (\d+)$/;

/** A session whose lines are being read. */
interface Entry {
  readonly id: string;
  readonly username: string;
  ageSeconds?: number | undefined;
  hasProtocols?: boolean;
  usage?: { readonly receivedBytes: number; readonly sentBytes: number } | undefined;
}

/**
 * Reads the answer to `ps` or `psp` (print_session in turn_admin_server.c, the same from 4.6.0 to 4.17.1). An entry may
 * quote the ORIGIN of its client, up to 127 bytes of any kind, line ends too: so a new entry begins only after a whole
 * one, and four lines that coturn prints after the ORIGIN are too long together to be forged in that space.
 * @throws CliFormatError when the end is missing or the entries are not as many as coturn counted.
 */
export function parseSessionListing(text: string): SessionListing {
  const lines = text.split(/\r?\n/);
  const sessions: RelaySession[] = [];
  let open: Entry | undefined;
  for (const line of lines) {
    if (open === undefined) {
      const [, number, id = "", username = ""] = HEADER.exec(line) ?? [];
      if (number === String(sessions.length + 1)) open = { id, username };
      continue;
    }
    readLine(line, open);
    const { id, username, ageSeconds, usage } = open;
    if (ageSeconds === undefined || usage === undefined || !RATE.test(line)) continue;
    sessions.push({ id, username, ageSeconds, ...usage });
    open = undefined;
  }
  return checkCount(sessions, lines);
}

/** Whatever came before the line with the start was the ORIGIN. */
function readLine(line: string, entry: Entry): void {
  const started = STARTED.exec(line);
  if (started) {
    entry.ageSeconds = Number(started[1] ?? 0);
    entry.hasProtocols = false;
    entry.usage = undefined;
  } else if (PROTOCOLS.test(line)) entry.hasProtocols = true;
  const [, received, sent] = USAGE.exec(line) ?? [];
  if (received !== undefined && entry.hasProtocols)
    entry.usage = { receivedBytes: Number(received), sentBytes: Number(sent) };
}

function checkCount(sessions: readonly RelaySession[], lines: readonly string[]): SessionListing {
  const total = totalOf(lines);
  const isTruncated = lines.includes("...") && sessions.length < total;
  if (!isTruncated && sessions.length !== total) {
    throw new CliFormatError(`coturn counts ${total} sessions, but ${sessions.length} can be read`);
  }
  return { sessions, isTruncated };
}

/** The last one: an ORIGIN that looks like it stands before it. */
function totalOf(lines: readonly string[]): number {
  const total = lines.findLast((line) => TOTAL.test(line));
  if (total === undefined) throw new CliFormatError("the number of sessions is missing");
  return Number(TOTAL.exec(total)?.[1]);
}

const USER = /^ {4}user: <(.*)>, (\d+) sessions$/;

/**
 * Reads the answer to `pu`: how many sessions each user has. coturn prints all of them, whatever
 * `cli-max-output-sessions` says, and a line per user costs a tenth of what `ps` does.
 * @throws CliFormatError when the end is missing or the sessions are not as many as coturn counted.
 */
export function parseUserListing(text: string): ReadonlyMap<string, number> {
  const lines = text.split(/\r?\n/);
  const users = new Map<string, number>();
  let sum = 0;
  for (const line of lines) {
    const [, username, count] = USER.exec(line) ?? [];
    if (username === undefined) continue;
    users.set(username, Number(count));
    sum += Number(count);
  }
  const total = totalOf(lines);
  if (sum !== total) throw new CliFormatError(`coturn counts ${total} sessions, but ${sum} can be read`);
  return users;
}
