// Every kind of type that the generator knows; the tests of the runtime are written against it.

typedef i64 Instant

/** Shades */
enum Color {
  RED = 1,
  BLUE = 2,
}

struct Inner {
  1: required i32 number
  2: optional list<string> names
  3: optional list<Inner> children
}

/** One field of each type. */
struct All {
  1: bool flag
  2: i8 tiny
  3: i16 small
  4: i32 medium
  5: Instant large
  6: double real
  7: string text
  8: binary bytes
  9: Color color
  10: list<Inner> inners
  11: set<i32> ids
  12: map<string, list<i64>> times
  13: map<i8, double> ratios
  14: list<map<string, set<bool>>> nested
  15: optional Inner inner
  16: optional binary extra
}

/** Its second field is the message of the error. */
exception Refused {
  1: string code
  2: string message
  3: optional i32 retry_after
}

exception Gone {
  1: string reason
}

service Every {
  All echo(1: All value)
  string text(1: string text)
  Inner find(1: i32 number) throws (1: Refused refused, 2: Gone gone)
  void nothing() throws (1: Gone gone)
  i64 add(1: i64 a, 2: i64 b)
  binary reverse(1: binary bytes)
  map<string, Inner> index(1: list<Inner> element, 2: set<string> key)
  /** Argument names that the generated code uses itself. */
  list<string> names(1: string output, 2: string input, 3: string call, 4: string options, 5: string result)
  oneway void fire(1: string what)
}

service Other {
  string text(1: string text)
  i32 one()
}
