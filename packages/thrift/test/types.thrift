/** Whatever the IDL can say beyond every.thrift. */

include "shared.thrift"

typedef list<shared.Point> Path
/** Seconds */
typedef double Date

/** Open numbers, negative ones too. */
enum Level {
  LOW = -1,
  /** the default */
  MID = 0,
  HIGH = 2147483647,
}

/** Exactly one of its fields. */
union Shape {
  1: string label
  /** of a circle */
  2: double radius
  3: shared.Point point
  4: list<Shape> group
  5: set<i64> ids
  6: Level level
  7: Tree tree
}

struct Tree {
  1: required i32 value
  2: optional Tree left
  3: optional Tree right
  4: optional Shape shape
  5: optional map<string, Tree> named
}

struct Empty {}

/** One field of each kind of default. */
struct Defaults {
  1: string text = "it's \"quoted\" \\ and é"
  2: optional i32 number = 3
  3: required i64 large = 9007199254740993
  4: Level level = Level.HIGH
  5: shared.Segment segment = {"first": {"x": -5}}
  6: list<string> list_ = ["a", "b"]
  7: map<i64, Level> levels = {1: Level.LOW, -9223372036854775808: Level.MID}
  8: set<i8> tiny = [-128, 127]
  9: bool yes = true
  10: double real = -1.5e-7
  11: binary bytes = "räum"
  12: Shape shape = {"radius": 2}
  13: map<bool, list<map<string, double>>> deep = {true: [{"a": 1}], false: []}
  14: string plain
}

/** Sets and maps whose elements JavaScript would compare by identity. */
struct Deep {
  1: set<shared.Point> points
  2: map<shared.Point, string> names
  3: set<binary> blobs
  4: map<binary, i32> sizes
  5: set<list<i32>> rows
  6: map<set<string>, map<i32, Shape>> groups
  7: list<set<set<i32>>> nested
  8: set<i64> large
  9: map<double, bool> ratios
  10: set<bool> flags
}

/** Each requiredness. */
struct Wanted {
  1: required shared.Point required_
  2: optional shared.Point optional_
  3: shared.Point plain
  4: required list<i32> numbers
  -1: i16 negative
  32767: optional i8 last
}

/** Its message is the first text, which may be absent. */
exception Trouble {
  1: optional string reason
  2: list<string> details = ["none"]
  3: optional Trouble cause
}

const i32 LIMIT = 42
const i64 LARGEST = 9223372036854775807
const double RATIO = 0.25
const string TEXT = "line\nline \\ \"é\""
const bool IS_ON = true
const Level LEVEL = Level.HIGH
const binary MAGIC = "RB"
const Path PATH = [{"x": 1}, {"x": 2, "y": 3}]
const map<string, set<i32>> SETS = {"a": [1, 2], "__proto__": []}
const Shape SHAPE = {"group": [{"label": "a"}, {"level": Level.LOW}]}
const Defaults DEFAULTS = {"large": 5, "plain": "p"}
const i32 AGAIN = LIMIT
const Date EPOCH = 0

service Types extends shared.Base {
  Shape shape(1: Shape shape)
  Defaults defaults(1: Defaults defaults)
  Deep deep(1: Deep deep)
  Wanted wanted(1: Wanted wanted)
  Tree tree(1: Tree tree) throws (1: Trouble trouble)
  /** Arguments that may be left out. */
  string greet(1: string name = "you", 2: i32 times = 2, 3: shared.Segment segment = {"first": {"x": 1}})
  Level level(1: Level level)
  set<shared.Point> points(1: map<shared.Point, list<Level>> points)
  oneway void note(1: shared.Instant at)
}

/** Inherits over two files and adds one method. */
service More extends Types {
  void more() throws (1: shared.Closed closed, 2: Trouble trouble)
}
