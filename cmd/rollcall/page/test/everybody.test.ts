import assert from "node:assert/strict";
import { test } from "node:test";
import { everybody } from "../src/rule/everybody.ts";

test("everybody has a value or has none", () => {
  assert.deepEqual(everybody("loyalty_tier"), {
    segment: {
      type: "Or",
      conditions: [
        { type: "Value", attribute: "loyalty_tier", operator: { type: "IsNull" } },
        { type: "Value", attribute: "loyalty_tier", operator: { type: "IsNull", not: true } },
      ],
    },
  });
});
