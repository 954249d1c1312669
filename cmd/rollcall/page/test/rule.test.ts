import assert from "node:assert/strict";
import { test } from "node:test";
import { incomplete, missing, prune } from "../src/rule/complete.ts";
import { write } from "../src/rule/form.ts";
import { attributeTest, behaviorTest, fieldTest, group, segmentRef, type BehaviorTest } from "../src/rule/node.ts";
import { choiceOf, choicesOf, fits, isList, kindOf, missingValue, operatorAs, quantAs, quantKey, valueFrom } from "../src/rule/operators.ts";
import { nodeAt } from "../src/rule/path.ts";
import { reconcile } from "../src/rule/reconcile.ts";
import { span } from "../src/rule/span.ts";

test("types have the kinds of their values", () => {
  for (const [type, kind, list] of [
    ["string", "string", false], ["number (decimal(10,2))", "number", false], ["boolean", "boolean", false], ["date", "date", false],
    ["timestamp", "timestamp", false], ["string_array", "string", true], ["number_array (float64)", "number", true],
  ] as const) {
    assert.equal(kindOf(type), kind);
    assert.equal(isList(type), list);
  }
});

test("every choice of a type is an operator that is read back as that choice", () => {
  for (const type of ["string", "number (int64)", "boolean", "date", "timestamp"]) {
    for (const choice of choicesOf(type)) {
      assert.equal(choiceOf(operatorAs(choice.key, undefined), kindOf(type)), choice.key, `${type}: ${choice.label}`);
    }
  }
});

test("another operator keeps the values that fit", () => {
  assert.deepEqual(operatorAs("In", { type: "Equal", value: "x" }), { type: "In", value: ["x"] });
  assert.deepEqual(operatorAs("Equal", { type: "In", value: ["x", "y"] }), { type: "Equal", value: "x" });
  assert.deepEqual(operatorAs("Between", { type: "Greater", value: 3 }), { type: "Between", min: 3, max: "" });
  assert.deepEqual(operatorAs("Greater", { type: "Between", min: 3, max: 5 }), { type: "Greater", value: 3 });
  assert.deepEqual(operatorAs("Contain!", { type: "In", value: ["x"] }), { type: "Contain", not: true, value: ["x"] });
  assert.deepEqual(operatorAs("w:lastFull", { type: "Window", text: "in last 7 days" }), { type: "TimeWithinPast", value: 7, unit: "day" });
  assert.deepEqual(operatorAs("IsNull", { type: "Equal", value: "x" }), { type: "IsNull" });
  assert.deepEqual(operatorAs("Equal", { type: "In", value: [] }), { type: "Equal" });
  assert.equal(missingValue({ type: "Equal" }), "a value");
  assert.equal(missingValue({ type: "Equal", value: "" }), "");
});

test("numbers stay exact", () => {
  assert.equal(valueFrom("12", "number"), 12);
  assert.equal(valueFrom("0.1", "number"), 0.1);
  assert.equal(valueFrom("1.50", "number"), "1.50");
  assert.equal(valueFrom("12345678901234567890.1", "number"), "12345678901234567890.1");
  assert.equal(valueFrom("007", "string"), "007");
  assert.ok(fits("-1.5e3", "number") && !fits("x", "number") && !fits("", "number"));
  assert.ok(fits("1998-07-01", "date") && fits("1998-07-01T12:30:00.5+09:00", "timestamp") && !fits("1.7.98", "date"));
});

test("what is not filled in is named, and left out of what is asked", () => {
  assert.equal(missing(attributeTest("a", { type: "In", value: [] })), "one value or more");
  assert.equal(missing(attributeTest("a", { type: "GreaterEqual", value: "" })), "a value");
  assert.equal(missing(attributeTest("a", { type: "Equal", value: "" })), "", "the empty string is a value");
  assert.equal(missing(attributeTest("a", { type: "Between", min: 1, max: "" })), "the other bound");
  assert.equal(missing(attributeTest("a", { type: "Between", min: 1 })), "", "files may have one bound");
  assert.equal(missing(attributeTest("a", { type: "Window", text: "in last  days" })), "a whole number");
  assert.equal(missing(segmentRef("")), "a segment");
  assert.equal(missingValue({ type: "IsNull" }), "");
  const whole = attributeTest("a", { type: "IsNull" });
  const filter = group("And", [fieldTest("f", { type: "Equal", value: 1 }), fieldTest("g", { type: "Greater", value: "" })]);
  const behavior: BehaviorTest = { ...behaviorTest("p"), filter };
  const root = group("And", [whole, attributeTest("b", { type: "In", value: [] }), group("Or"), behavior]);
  assert.equal(incomplete(root), 3);
  assert.deepEqual(write(prune(root)), {
    type: "And",
    conditions: [
      { type: "Value", attribute: "a", operator: { type: "IsNull" } },
      { type: "Value", attribute: "", source: "behavior_p", filter: { type: "And", conditions: [{ type: "Column", column: "f", operator: { type: "Equal", value: 1 } }] } },
    ],
  });
});

test("problems are at the conditions that their paths lead to", () => {
  const field = fieldTest("f", { type: "IsNull" });
  const behavior: BehaviorTest = { ...behaviorTest("p"), not: true, filter: group("And", [field]) };
  const a = attributeTest("a", { type: "IsNull" }), b = { ...attributeTest("b", { type: "IsNull" }), not: true };
  const inner = { ...group("Or", [a, b]), not: true };
  const root = group("And", [inner, behavior, segmentRef("x")]);
  assert.equal(nodeAt(root, "conditions[0].conditions[0].operator.value"), a);
  assert.equal(nodeAt(root, "rule.conditions[0].conditions[1].conditions[0].attribute"), b);
  assert.equal(nodeAt(root, "conditions[1].conditions[0].filter.conditions[0].column"), field);
  assert.equal(nodeAt(root, "conditions[1].conditions[0].source"), behavior);
  assert.equal(nodeAt(root, "conditions[2].segment"), root.nodes[2]);
  assert.equal(nodeAt(root, "conditions[9].x"), root);
  assert.equal(nodeAt(root, ""), root);
});

test("what says the same keeps its identity", () => {
  const a = () => attributeTest("a", { type: "IsNull" }), b = () => attributeTest("b", { type: "IsNull" }), c = () => attributeTest("c", { type: "IsNull" });
  const old = group("And", [a(), group("Or", [b(), c()])]);
  assert.equal(reconcile(old, group("And", [a(), group("Or", [b(), c()])])), old);
  const now = reconcile(old, group("And", [group("Or", [c()]), a()]));
  assert.equal(now.id, old.id);
  assert.equal(now.nodes[1], old.nodes[0]);
  const changed = reconcile(old, group("And", [attributeTest("a", { type: "Equal", value: 1 }), group("Or", [b(), c()])]));
  assert.equal(changed.nodes[0]?.id, old.nodes[0]?.id, "a changed condition in its place is the same condition");
  assert.equal(changed.nodes[1], old.nodes[1]);
});

test("quantifiers", () => {
  assert.equal(quantAs("any", 3), undefined);
  assert.deepEqual(quantAs("atLeast", 2), { atLeast: 2 });
  assert.equal(quantKey({ exactly: 1 }), "exactly");
});

test("the time that events span ends the day after the newest", () => {
  assert.deepEqual(span([{ first: "1997-01-01T00:00:00Z", last: "1998-06-30T00:00:00Z" }, { first: null, last: null }]), { from: "1997-01-01", to: "1998-07-01" });
  assert.equal(span([]), null);
});
