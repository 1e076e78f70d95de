import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Exchange } from "./recorder.ts";

/** One dialect of one peer as it was heard: its client against our server, or our client against its server. */
export interface Recording {
  readonly role: "client" | "server";
  readonly dialect: string;
  readonly exchanges: Readonly<Record<string, Exchange>>;
}

export interface Golden {
  readonly peer: string;
  readonly recordings: readonly Recording[];
}

const folder = fileURLToPath(new URL("golden/", import.meta.url));

export function readGoldens(): readonly Golden[] {
  const files = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith(".hex")) : [];
  return files.toSorted().map((file) => ({ peer: file.slice(0, -".hex".length), recordings: parse(file) }));
}

export function writeGolden(peer: string, version: string, recordings: readonly Recording[]): void {
  const sections = recordings.map(({ role, dialect, exchanges }) => {
    const settle = (bytes: Buffer) => toHex(dialect.startsWith("http") ? withoutChance(bytes) : bytes);
    const lines = Object.entries(exchanges).flatMap(([call, { request, reply }]) => [
      `${call} > ${settle(request)}`,
      `${call} < ${settle(reply)}`,
    ]);
    return [`[${role}: ${dialect}]`, ...lines, ""].join("\n");
  });
  const header = [
    `# ${version}. Recorded by \`pnpm test:interop --all --record\`; read by golden.test.ts.`,
    "# [client: …] its client and our server, [server: …] our client and its server.",
    "# > what the client sent, < what the server answered; nn*m: m times the byte nn.",
    "",
  ];
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}${peer}.hex`, [...header, ...sections].join("\n"));
}

function parse(file: string): readonly Recording[] {
  const recordings: Recording[] = [];
  let exchanges: Record<string, Exchange> = {};
  for (const line of readFileSync(folder + file, "utf8").split("\n")) {
    if (line === "" || line.startsWith("#")) continue;
    const [, role, dialect] = /^\[(client|server): (.+)\]$/.exec(line) ?? [];
    if (dialect !== undefined) {
      exchanges = {};
      recordings.push({ role: role === "client" ? "client" : "server", dialect, exchanges });
      continue;
    }
    const [, call, direction, hex] = /^(.+?) ([<>]) ?(.*)$/.exec(line) ?? [];
    if (call === undefined || hex === undefined) throw new Error(`${file}: not understood: ${line.slice(0, 80)}`);
    const part = direction === ">" ? { request: fromHex(hex) } : { reply: fromHex(hex) };
    exchanges[call] = { request: Buffer.alloc(0), reply: Buffer.alloc(0), ...exchanges[call], ...part };
  }
  return recordings;
}

/** Port and time change from one recording to the next. */
function withoutChance(bytes: Buffer): Buffer {
  const text = bytes.toString("latin1").replace(/(?<=^host: 127\.0\.0\.1:)\d+/im, "9090");
  return Buffer.from(text.replace(/(?<=^date: ).*$/im, "Sat, 21 Nov 2026 00:00:00 GMT"), "latin1");
}

function toHex(bytes: Buffer): string {
  return bytes
    .toString("hex")
    .replace(/(?<=^(?:..)*)(..)\1{15,}/g, (run, byte: string) => ` ${byte}*${run.length / 2} `)
    .trim();
}

function fromHex(text: string): Buffer {
  return Buffer.concat(
    text.split(" ").map((part) => {
      const [hex = "", times] = part.split("*");
      return times === undefined ? Buffer.from(hex, "hex") : Buffer.alloc(Number(times), Number.parseInt(hex, 16));
    }),
  );
}
