// New conditions, with the operator that is most likely meant.

import { attributeTest, behaviorTest, fieldTest, segmentRef, type AttributeTest, type BehaviorTest, type FieldTest, type Node, type Operator } from "../rule/node.ts";
import { kindOf } from "../rule/operators.ts";
import type { Json } from "../types.ts";

/** The operator that a new condition of a type starts with. */
export function firstOperator(type: string): Operator | undefined {
  switch (kindOf(type)) {
    case "boolean": return undefined;
    case "number": return { type: "GreaterEqual", value: "" };
    case "string": return { type: "In", value: [] };
    default: return { type: "Window", text: "in last 30 days" };
  }
}

export function newAttribute(name: string, type: string, value?: Json): AttributeTest {
  if (value === undefined) return attributeTest(name, firstOperator(type));
  if (kindOf(type) === "boolean") return attributeTest(name, String(value) === "false" ? { type: "Equal", value: false } : undefined);
  if (value === null) return attributeTest(name, { type: "IsNull" });
  return attributeTest(name, kindOf(type) === "string" ? { type: "In", value: [value] } : { type: "Equal", value });
}

export function newField(name: string, type: string, value?: Json): FieldTest {
  const { attribute: _attribute, ...test } = newAttribute(name, type, value);
  return { ...fieldTest(name), ...test, kind: "field", column: name };
}

export function newBehavior(name: string): BehaviorTest {
  return { ...behaviorTest(name), window: { type: "Window", text: "in last 30 days" } };
}

/** The node of a key of conditionOptions. */
export function nodeOf(key: string, typeOf: (attribute: string) => string | undefined): Node {
  const name = key.slice(2);
  if (key.startsWith("b:")) return newBehavior(name);
  if (key.startsWith("s:")) return segmentRef(name);
  return newAttribute(name, typeOf(name) ?? "string");
}
