// Between the tree and the segment file form. read takes what `rollcall convert --to
// segment` and the server print, and what people write in files of that form; write
// gives that form back.

import type { Json } from "../types.ts";
import {
  group, newId, type AttributeTest, type BehaviorTest, type FieldTest, type Group, type Map, type Node, type Operator, type Quant,
} from "./node.ts";

const PREFIX = "behavior_";

function isMap(v: Json | undefined): v is Map {
  return typeof v === "object" && v !== null && !Array.isArray(v);
}

function text(v: Json | undefined): string {
  return typeof v === "string" ? v : v === undefined || v === null ? "" : String(v);
}

/** The rule of a segment file's object: its key rule, or itself. */
export function ruleOf(segment: Json): Map | null {
  if (!isMap(segment)) return null;
  if (isMap(segment.rule)) return segment.rule;
  return typeof segment.type === "string" ? segment : null;
}

/** Reads a rule; what the root is not a group of becomes a group of one. */
export function read(segment: Json): Group {
  const rule = ruleOf(segment);
  if (!rule) return group("And");
  const node = readNode(rule);
  if (node.kind === "group" && !node.not) return node;
  return group("And", [node]);
}

function flag(v: Json | undefined): boolean {
  return v === true || v === "true";
}

function readNode(m: Map): Node {
  const not = flag(m.not) !== flag(m.exclude);
  const id = newId();
  switch (m.type) {
    case "And":
    case "Or":
      return readGroup(m, m.type, not);
    case "Value":
      return readValue(m, not) ?? { kind: "opaque", id, not: false, raw: m };
    case "Column":
      if (isMap(m.leftValue) || !isMap(m.operator ?? {})) break;
      return { kind: "field", id, not, column: text(m.column), ...readTest(m) };
    case "include":
    case "exclude":
      return { kind: "segment", id, not: not !== (m.type === "exclude"), segment: text(m.segment) };
    case "Reference":
      return { kind: "segment", id, not, segment: text(m.id ?? m.name), byId: m.id !== undefined };
    case "Sequence": {
      const { not: _not, exclude: _exclude, ...raw } = m;
      return { kind: "sequence", id, not, raw };
    }
  }
  return { kind: "opaque", id, not: false, raw: m };
}

/** A negated group of one is the negation of that one: so the server writes `not X`. */
function readGroup(m: Map, op: "And" | "Or", not: boolean): Node {
  const conditions = Array.isArray(m.conditions) ? m.conditions.filter(isMap) : [];
  const nodes = conditions.map(readNode);
  const only = nodes[0];
  if (not && nodes.length === 1 && only && !only.not && only.kind !== "opaque") return { ...only, not: true };
  return { kind: "group", id: newId(), op, not, nodes };
}

function readTest(m: Map): { quant?: Quant; operator?: Operator } {
  const out: { quant?: Quant; operator?: Operator } = {};
  if (m.arrayMatching !== undefined) out.quant = m.arrayMatching as Quant;
  if (isMap(m.operator)) out.operator = m.operator as Operator;
  return out;
}

function readValue(m: Map, not: boolean): AttributeTest | BehaviorTest | null {
  if (isMap(m.leftValue) || isMap(m.source)) return null; // The wire shape: the server gives ours.
  const source = text(m.source);
  if (!source) return { kind: "attribute", id: newId(), not, attribute: text(m.attribute), ...readTest(m) };
  const out: BehaviorTest = { kind: "behavior", id: newId(), not, behavior: source.startsWith(PREFIX) ? source.slice(PREFIX.length) : source };
  const rest: { -readonly [K in keyof BehaviorTest]?: BehaviorTest[K] } = {};
  if (isMap(m.aggregation)) {
    rest.aggregation = { type: text(m.aggregation.type), ...(m.aggregation.column === undefined ? {} : { column: text(m.aggregation.column) }) };
  }
  if (isMap(m.filter)) {
    const filter = readNode(m.filter);
    rest.filter = filter.kind === "group" ? filter : group("And", [filter]);
  }
  if (isMap(m.timeWindow)) rest.window = m.timeWindow;
  if (isMap(m.operator)) rest.operator = m.operator as Operator;
  return { ...out, ...rest };
}

/** Writes a rule as the object of a segment file's key rule. */
export function write(node: Node): Map {
  switch (node.kind) {
    case "group":
      return { type: node.op, ...(node.not ? { not: true } : {}), conditions: node.nodes.map(write) };
    case "segment":
      if (node.byId) return { type: "Reference", id: node.segment, ...(node.not ? { exclude: true } : {}) };
      return { type: node.not ? "exclude" : "include", segment: node.segment };
    case "attribute":
      return negated(node, { type: "Value", attribute: node.attribute, ...writeTest(node) });
    case "field":
      return negated(node, { type: "Column", column: node.column, ...writeTest(node) });
    case "behavior":
      return negated(node, writeBehavior(node));
    default:
      return negated(node, node.raw);
  }
}

function negated(node: Node, m: Map): Map {
  return node.not ? { type: "And", not: true, conditions: [m] } : m;
}

function writeTest(node: AttributeTest | FieldTest): Map {
  return {
    ...(node.quant === undefined ? {} : { arrayMatching: node.quant as Json }),
    ...(node.operator === undefined ? {} : { operator: node.operator }),
  };
}

function writeBehavior(node: BehaviorTest): Map {
  const filter = node.filter && node.filter.nodes.length > 0 ? write(node.filter) : undefined;
  return {
    type: "Value", attribute: "", source: PREFIX + node.behavior,
    ...(node.aggregation ? { aggregation: { ...node.aggregation } as Map } : {}),
    ...(filter ? { filter } : {}),
    ...(node.window ? { timeWindow: node.window } : {}),
    ...(node.operator ? { operator: node.operator } : {}),
  };
}
