import { createRequire } from "node:module";
import { dirname } from "node:path";
import type { Abilities, Dialect, Encoding } from "./dialects.ts";
import { ANSWERS } from "./script.ts";

/**
 * A foreign library. Its program in `peers/` is called with `client|server <transport> <encoding> plain|multiplexed <port>
 * [<certificate authority, PEM>]`, in a folder whose `gen/` holds the generated code. It serves until it is killed; as a
 * client it prints one JSON line per call of `script.ts`: `{call, answer}`, `{call, declared}` (the reason of the declared
 * exception) or `{call, application, message}` (type and text of an application exception).
 */
export interface Peer {
  readonly name: string;
  /** The library first, then what else is needed; Debian's packages, besides the compiler. */
  readonly packages: readonly string[];
  readonly generator: string;
  /** The file in `peers/`. */
  readonly source: string;
  /** A shell script that compiles in the folder; `$1` is the source. */
  readonly build?: string;
  readonly command: readonly string[];
  readonly client: Abilities;
  readonly server: Abilities;
  /** Calls that its server does not survive. */
  readonly skipped?: readonly string[];
  /** Calls that its server leaves without a response over HTTP. */
  readonly skippedOverHttp?: readonly string[];
  /** Calls that it gets wrong, whoever its partner is, by encodings. */
  readonly faults?: Readonly<Partial<Record<Encoding, readonly string[]>>>;
  /** Whether its client can make a oneway call over HTTP; default true. */
  readonly tellsOverHttp?: boolean;
}

const ALL = ["binary", "compact", "json", "old-binary"] as const;
const HEADER = ["binary", "compact"] as const;
const MODERN = ["binary", "compact", "json"] as const;

const require = createRequire(import.meta.url);
const npmPackage = dirname(require.resolve("thrift/package.json"));
const JARS = "/usr/share/java/thrift.jar:/usr/share/java/slf4j-api.jar:/usr/share/java/slf4j-nop.jar";
const HTTP_JARS = "/usr/share/java/httpclient.jar:/usr/share/java/httpcore.jar:/usr/share/java/commons-logging.jar";

/** `$source` in a command stands for the path of the file in `peers/`. */
export const PEERS: readonly Peer[] = [
  {
    name: "python",
    packages: ["python3-thrift"],
    source: "python.py",
    generator: "py",
    // Another Python in PATH does not see Debian's packages.
    command: ["/usr/bin/python3", "$source"],
    client: { speaks: { framed: ALL, unframed: ALL, http: ALL, header: HEADER }, isTls: true },
    // Its server looks for the name of an old-style message as bytes among strings.
    server: { speaks: { framed: MODERN, unframed: MODERN, header: HEADER, http: MODERN }, isTls: false },
  },
  {
    name: "cpp",
    packages: ["libthrift-dev", "libboost-dev", "libssl-dev", "g++"],
    source: "cpp.cpp",
    generator: "cpp:no_skeleton",
    tellsOverHttp: false,
    skippedOverHttp: ["tell"],
    build: 'g++ -std=c++17 -O0 -w -I. -Igen -o cpp "$1" -lthrift -lthriftz',
    command: ["./cpp"],
    client: { speaks: { framed: ALL, unframed: ALL, http: ALL, header: HEADER }, isTls: true },
    server: { speaks: { framed: ALL, unframed: ALL, header: HEADER, http: ALL }, isTls: false },
  },
  {
    name: "npm",
    packages: [],
    source: "npm.ts",
    generator: "js:node,es6",
    // CommonJS, beside the library and what that depends on.
    build: `echo '{ "type": "commonjs" }' >gen/package.json; ln -s ${dirname(npmPackage)} node_modules`,
    command: [process.execPath, "$source"],
    // No way to have the old form of binary messages, and its THeader is understood by no other library in full.
    // Reads every bool in a list of the compact protocol as false.
    faults: { compact: ["fill"] },
    skippedOverHttp: ["tell"],
    client: { speaks: { framed: MODERN, unframed: MODERN, http: MODERN }, isTls: true },
    server: { speaks: { framed: MODERN, unframed: MODERN, http: MODERN }, isTls: false },
  },
  {
    // Its last release is of December 2024; nobody else here begins with messages of the old style by default.
    name: "thriftrw",
    packages: [],
    source: "thriftrw.ts",
    // It reads the IDL itself.
    generator: "json",
    command: [process.execPath, "$source"],
    client: {
      speaks: { framed: ["binary", "old-binary"], unframed: ["binary", "old-binary"] },
      isTls: false,
    },
    server: { speaks: {}, isTls: false },
  },
  {
    name: "go",
    packages: ["golang-thrift-dev", "golang-go"],
    source: "go.go",
    generator: "go",
    build: `rm -r gen/room/*-remote; mkdir -p go/src; mv gen/room go/src/
      GO111MODULE=off GOFLAGS= GOCACHE="$PWD/go/cache" GOPATH="$PWD/go:/usr/share/gocode" go build -o go-peer "$1"`,
    command: ["./go-peer"],
    client: { speaks: { framed: ALL, unframed: ALL, http: ALL, header: HEADER }, isTls: true },
    server: { speaks: { framed: ALL, unframed: ALL, header: HEADER, http: ALL }, isTls: false },
  },
  {
    name: "java",
    packages: ["libthrift-java", "libslf4j-java", "default-jdk-headless"],
    source: "Peer.java",
    generator: "java:generated_annotations=suppress",
    build: `javac -nowarn -encoding UTF-8 -d classes -cp ${JARS} gen/room/*.java "$1"`,
    command: ["java", "-Xshare:auto", "-XX:TieredStopAtLevel=1", "-cp", `classes:${JARS}:${HTTP_JARS}`, "Peer"],
    client: { speaks: { framed: ALL, unframed: ALL, http: ALL }, isTls: true },
    server: { speaks: { framed: ALL, unframed: ALL }, isTls: false },
  },
  {
    name: "ruby",
    packages: ["ruby-thrift", "ruby"],
    source: "ruby.rb",
    generator: "rb",
    command: ["ruby", "$source"],
    client: { speaks: { framed: ALL, unframed: ALL, http: ALL }, isTls: true },
    server: { speaks: { framed: ALL, unframed: ALL }, isTls: false },
  },
  {
    name: "php",
    packages: ["php-thrift", "php-cli"],
    source: "php.php",
    generator: "php:server",
    command: ["php", "$source"],
    client: { speaks: { framed: ALL, unframed: ALL, http: ALL }, isTls: false },
    // Debian's package lacks a class of the multiplexed processor.
    server: { speaks: { framed: ALL, unframed: ALL }, isTls: false, isMultiplexed: false },
    // Reads every bool in a list of the compact protocol as true.
    faults: { compact: ["fill"] },
    // After an unknown method its server hears nothing more on that connection.
    skipped: ["absent"],
  },
  {
    name: "perl",
    packages: [
      "libthrift-perl",
      "perl",
      "libbit-vector-perl",
      "libio-string-perl",
      "libwww-perl",
      "libclass-accessor-perl",
      "libio-socket-ssl-perl",
    ],
    source: "perl.pl",
    generator: "perl",
    command: ["perl", "$source"],
    // It has no other protocol.
    client: { speaks: { framed: ["binary"], unframed: ["binary"], http: ["binary"] }, isTls: true },
    server: { speaks: { framed: ["binary"], unframed: ["binary"] }, isTls: false },
  },
  {
    name: "c_glib",
    packages: ["libthrift-c-glib-dev", "libglib2.0-dev", "pkg-config", "gcc"],
    source: "c_glib.c",
    generator: "c_glib",
    build: 'gcc -O0 -w -I. -o c_glib "$1" gen/*.c $(pkg-config --cflags --libs thrift_c_glib)',
    command: ["./c_glib"],
    client: { speaks: { framed: ["binary", "compact"], unframed: ["binary", "compact"] }, isTls: false },
    server: { speaks: { framed: ["binary", "compact"], unframed: ["binary", "compact"] }, isTls: false },
  },
];

/** What goes over the wire for the script, request by request. */
export function exchangesOf(peer: Peer, role: "client" | "server", { transport }: Dialect): readonly string[] {
  return Object.keys(ANSWERS).flatMap((call) => {
    if (role === "server" && peer.skipped?.includes(call)) return [];
    if (call === "fill") return ["fill empty", "fill"];
    // Over HTTP a oneway call has a response; elsewhere it travels with the call behind it.
    if (call === "tell" && transport === "http" && peer.tellsOverHttp !== false) return ["tell oneway", "tell"];
    return [call];
  });
}
