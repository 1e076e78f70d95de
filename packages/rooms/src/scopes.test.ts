import { SCOPES } from "@roombridge/models/api";
import { expect, test } from "vitest";
import { scopesReach } from "./scopes.ts";

test("a token without scopes of its own reaches everything", () => {
  for (const scope of SCOPES) expect(scopesReach(null, scope)).toBe(true);
});

test("a token with an empty list reaches nothing", () => {
  for (const scope of SCOPES) expect(scopesReach([], scope)).toBe(false);
});

test("a scope reaches itself, what it may write it may read, and nothing else", () => {
  for (const has of SCOPES) {
    const reached = SCOPES.filter((wanted) => scopesReach([has], wanted));
    expect(reached).toEqual(SCOPES.filter((wanted) => wanted === has || `${wanted}-write` === has));
  }
});
