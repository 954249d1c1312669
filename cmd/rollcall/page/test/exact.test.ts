import assert from "node:assert/strict";
import { test } from "node:test";
import { parseExact } from "../src/exact.ts";

test("numbers that JavaScript would change come as text", () => {
  assert.deepEqual(parseExact('{"a":[1,-2.5,20.50,12345678901234567890.12,1e3,0],"b":"20.50 \\" 1.0","c":null}'), {
    a: [1, -2.5, "20.50", "12345678901234567890.12", "1e3", 0], b: '20.50 " 1.0', c: null,
  });
  assert.throws(() => parseExact("{"), SyntaxError);
});
