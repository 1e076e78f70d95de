// Names that mean something in TypeScript, or to the generated code.

typedef i32 Promise
typedef string string_

enum Set {
  constructor = 1,
  __proto__ = 2,
  toString = 3,
  default_ = 4,
}

struct Date {
  1: optional i32 constructor
  2: optional i32 __proto__
  3: optional string toString
  4: optional i32 hasOwnProperty
  5: required bool await
  6: i32 let
  7: optional Date valueOf
  8: string input
  9: string output
  10: string value
  11: i32 field
  12: i32 inputValue
}

union Map {
  1: i32 kind
  2: string value
  3: Date Date
  4: string __proto__
}

exception Error {
  1: i32 message
  2: string name
  3: string stack
  4: string constructor
}

struct StructCodec {
  1: map<string, Date> WireType
}

/** A class, and so a name that a variable could hide. */
exception kindValue {
  1: string kind
}

const i32 undefined = 1
const Date Object = {"await": 1}

service Function {
  i32 constructor(1: i32 call, 2: i32 options, 3: i32 context, 4: i32 handler)
  string toString(1: string arguments, 2: string eval, 3: string let, 4: string WireType)
  string other(1: string Function_other, 2: string DateCodec, 3: string Object)
  Date hasOwnProperty(1: Date Date, 2: set<string> Set = ["a"]) throws (1: Error error, 2: kindValue kind)
  Map __proto__(1: Map which, 2: StructCodec input, 3: Map output)
}
