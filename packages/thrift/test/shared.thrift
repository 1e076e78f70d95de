/** What types.thrift takes from another file. */

typedef i64 Instant

enum Shade {
  DARK = 1,
  LIGHT = 2,
}

struct Point {
  1: required i32 x
  2: i32 y = 7
}

struct Segment {
  1: Point first
  2: Point last = {"x": 1}
}

/** Has a default, a name of every error, and no text that could be its message. */
exception Closed {
  1: i32 code = 4
  2: optional i32 name
}

const Point ORIGIN = {"x": 0, "y": 0}

/** Parent of a service in another file. */
service Base {
  /** Answers its argument. */
  i32 ping(
    /** what to answer */
    1: i32 x = 3
  ) throws (
    /** when it is late */
    1: Closed closed
  )
}
