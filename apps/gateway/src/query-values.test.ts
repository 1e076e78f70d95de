import { ProcessStatus } from "@roombridge/models/api";
import { RoomError } from "@roombridge/rooms";
import { HonoRequest } from "hono/request";
import { describe, expect, test } from "vitest";
import {
  asMalformed,
  booleanInQuery,
  instantInQuery,
  integerInQuery,
  listInQuery,
  numberInQuery,
  valueInQuery,
} from "./query-values.ts";

const request = (query: string) => new HonoRequest(new Request(`http://localhost/x${query}`));

function refusalOf(read: () => unknown): string | undefined {
  try {
    read();
  } catch (error) {
    return RoomError.isInstance(error) ? `${error.code}: ${error.message}` : String(error);
  }
  return undefined;
}

describe("valueInQuery", () => {
  test.each([
    ["", undefined],
    ["?b=1", undefined],
    ["?a", ""],
    ["?a=", ""],
    ["?a=x%2Cy", "x,y"],
  ])("%s", (query, value) => {
    expect(valueInQuery(request(query), "a")).toBe(value);
  });

  test("twice is refused", () => {
    const refusal = refusalOf(() => valueInQuery(request("?a=1&a=1"), "a"));
    expect(refusal).toBe("invalid_params: a: given more than once");
  });
});

describe("listInQuery", () => {
  test.each([
    ["", undefined],
    ["?status=running", ["running"]],
    ["?status=running&status=starting", ["running", "starting"]],
    ["?status=running,starting", ["running", "starting"]],
    ["?status=running%2Cstarting&status=stopped", ["running", "starting", "stopped"]],
  ])("%s", (query, values) => {
    expect(listInQuery(request(query), "status", ProcessStatus)).toEqual(values);
  });

  test.each([
    "?status",
    "?status=",
    "?status=running,",
    "?status=Running",
    "?status=asleep",
    "?status=running&status=",
  ])("%s is refused with the words that are known", (query) => {
    const refusal = refusalOf(() => listInQuery(request(query), "status", ProcessStatus));
    expect(refusal).toMatch(/^invalid_params: status: .*"starting".*"failed"/);
  });
});

describe("instantInQuery", () => {
  test.each([
    ["", undefined],
    ["?before=0", "1970-01-01T00:00:00.000Z"],
    ["?before=1778061600000", "2026-05-06T10:00:00.000Z"],
    ["?before=1778061600000.25", "2026-05-06T10:00:00.001Z"],
    ["?before=1.7780616e%2B12", "2026-05-06T10:00:00.000Z"],
    ["?before=-1", "1969-12-31T23:59:59.999Z"],
    ["?before=-8.64e15", "-271821-04-20T00:00:00.000Z"],
    ["?before=8640000000000000", "+275760-09-13T00:00:00.000Z"],
  ])("%s", (query, iso) => {
    expect(instantInQuery(request(query), "before")?.toISOString()).toBe(iso);
  });

  test.each([
    "",
    "yesterday",
    "2026-05-06T10:00:00Z",
    "0x10",
    " 1",
    "NaN",
    "Infinity",
    "1e999",
    "8640000000000001",
    "1,2",
  ])("%j is refused", (text) => {
    const refusal = refusalOf(() => instantInQuery(request(`?before=${encodeURIComponent(text)}`), "before"));
    expect(refusal).toBe("invalid_params: before: expected milliseconds since 1970");
  });
});

describe("integerInQuery", () => {
  const limits = { min: 1, max: 500, fallback: 100 };

  test.each([
    ["", 100],
    ["?limit=1", 1],
    ["?limit=500", 500],
    ["?limit=007", 7],
  ])("%s", (query, value) => {
    expect(integerInQuery(request(query), "limit", limits)).toBe(value);
  });

  test.each(["", "0", "501", "-1", "1.5", "1e2", " 1", "ten", "9999999999"])("%j is refused", (text) => {
    const refusal = refusalOf(() => integerInQuery(request(`?limit=${encodeURIComponent(text)}`), "limit", limits));
    expect(refusal).toBe("invalid_params: limit: expected a whole number from 1 to 500");
  });
});

describe("numberInQuery", () => {
  test.each([
    ["", undefined],
    ["?n=1", 1],
    ["?n=-1.5", -1.5],
    ["?n=1e3", 1_000],
  ])("%s", (query, value) => {
    expect(numberInQuery(request(query), "n")).toBe(value);
  });

  test.each(["?n", "?n=", "?n=x", "?n=0x1", "?n=1e999", "?n=Infinity", "?n=NaN"])("%s is refused", (query) => {
    expect(refusalOf(() => numberInQuery(request(query), "n"))).toBe("invalid_params: n: expected a number");
  });
});

describe("booleanInQuery", () => {
  test.each([
    ["", undefined],
    ["?b=true", true],
    ["?b=false", false],
  ])("%s", (query, value) => {
    expect(booleanInQuery(request(query), "b")).toBe(value);
  });

  test.each(["?b", "?b=", "?b=1", "?b=TRUE"])("%s is refused", (query) => {
    expect(refusalOf(() => booleanInQuery(request(query), "b"))).toBe("invalid_params: b: expected true or false");
  });
});

describe("asMalformed", () => {
  test("renames invalid_params and nothing else", () => {
    const thrower = (error: Error) => () => {
      throw error;
    };
    expect(refusalOf(() => asMalformed(thrower(new RoomError("invalid_params", "why"))))).toBe(
      "malformed_request: why",
    );
    expect(refusalOf(() => asMalformed(thrower(new RoomError("no_capacity", "why"))))).toBe("no_capacity: why");
    expect(refusalOf(() => asMalformed(thrower(new Error("why"))))).toBe("Error: why");
    expect(asMalformed(() => 1)).toBe(1);
  });
});
