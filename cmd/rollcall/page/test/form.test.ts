// The forms in segments.json are what `rollcall convert --to segment` prints.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { missing, prune } from "../src/rule/complete.ts";
import { read, write } from "../src/rule/form.ts";
import { walk } from "../src/rule/node.ts";
import { parseWindow, printWindow, windowOfKey, windowOfOperator, operatorOfWindow, keyOfWindow } from "../src/rule/window.ts";
import type { Json } from "../src/types.ts";

const recorded = JSON.parse(readFileSync("test/segments.json", "utf8")) as { rule: string; segment: { rule: Json } }[];

test("every rule of the server is read and written back as it was", () => {
  assert.ok(recorded.length > 35);
  for (const { rule, segment } of recorded) {
    const tree = read(segment);
    const negatedRoot = (segment.rule as { not?: boolean }).not === true;
    const want = negatedRoot ? { type: "And", conditions: [segment.rule] } : segment.rule;
    assert.deepEqual(write(tree), want, rule);
  }
});

test("nothing of them is unknown or missing to the builder", () => {
  for (const { rule, segment } of recorded) {
    const tree = read(segment);
    for (const node of walk(tree)) {
      assert.notEqual(node.kind, "opaque", rule);
      assert.equal(missing(node), "", `${rule}: ${node.kind}`);
    }
    assert.deepEqual(write(prune(tree)), write(tree), rule);
  }
});

test("every window of them has a form, and is written as it was", () => {
  let seen = 0;
  for (const { rule, segment } of recorded) {
    for (const node of walk(read(segment))) {
      if (node.kind === "behavior" && node.window) {
        const w = windowOfKey(node.window);
        assert.ok(w && w.form !== "text", rule);
        assert.deepEqual(keyOfWindow(w), node.window, rule);
        seen++;
      }
      const operator = node.kind === "attribute" || node.kind === "field" || node.kind === "behavior" ? node.operator : undefined;
      const w = operator && windowOfOperator(operator);
      if (operator && w) {
        assert.notEqual(w.form, "text", rule);
        assert.deepEqual(operatorOfWindow(w), operator, rule);
        seen++;
      }
    }
  }
  assert.ok(seen > 15);
});

test("a window that is being filled in keeps its form", () => {
  for (const w of [
    { form: "last", n: NaN, unit: "day" }, { form: "nextFull", n: NaN, unit: "week" }, { form: "moreAgo", n: NaN, unit: "year" },
    { form: "ago", n: NaN, m: NaN, unit: "day" }, { form: "ago", n: 1, m: NaN, unit: "day" }, { form: "since", at: "" }, { form: "between", from: "", to: "1998-01-01" },
    { form: "for", n: NaN, unit: "day", m: 1, unit2: "month" },
  ] as const) {
    assert.deepEqual(parseWindow(printWindow(w)), w);
    const operator = operatorOfWindow(w);
    if (operator.type !== "Between") assert.deepEqual(windowOfOperator(operator), w);
  }
});

test("what the builder does not know is kept", () => {
  const odd: Json = { type: "And", conditions: [{ type: "Composite", expr: "1", conditions: [] }, { type: "Value", leftValue: { name: "x" }, operator: { type: "IsNull" } }] };
  assert.deepEqual(write(read(odd)), odd);
});

test("a rule that is one condition stands in a group", () => {
  const tree = read({ rule: { type: "Value", attribute: "a", operator: { type: "IsNull" } } });
  assert.equal(tree.kind, "group");
  assert.equal(tree.nodes.length, 1);
  assert.equal(read(null).nodes.length, 0);
  assert.equal(read({ name: "x" }).nodes.length, 0);
});
