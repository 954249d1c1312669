// The tree that the builder edits. It says what the segment file form says, with an
// identity for every node, and negation in one place: `not` of the node. Nodes are never
// changed; every edit makes new ones on the way to the root (edit.ts).

import type { Json } from "../types.ts";

export type Map = { [key: string]: Json };

/** An operator as files have it: type, not, and value, min, max, unit … */
export type Operator = { type: string; not?: boolean } & Map;

/** A quantifier of list attributes, as files have arrayMatching; undefined: any. */
export type Quant = "any" | "all" | { atLeast: number } | { atMost: number } | { exactly: number };

interface Base {
  readonly id: string;
  /** The complement is meant. */
  readonly not: boolean;
}

export interface Group extends Base {
  readonly kind: "group";
  readonly op: "And" | "Or";
  readonly nodes: readonly Node[];
}

/** A test of an attribute; without an operator, that a boolean is true. */
export interface AttributeTest extends Base {
  readonly kind: "attribute";
  readonly attribute: string;
  readonly quant?: Quant;
  readonly operator?: Operator;
}

/** A test of a field of events, in the filter of a behavior. */
export interface FieldTest extends Base {
  readonly kind: "field";
  readonly column: string;
  readonly quant?: Quant;
  readonly operator?: Operator;
}

/** A test of what a behavior's events come to; without an aggregation, at least one. */
export interface BehaviorTest extends Base {
  readonly kind: "behavior";
  readonly behavior: string;
  readonly aggregation?: { readonly type: string; readonly column?: string };
  readonly filter?: Group;
  readonly window?: Map;
  readonly operator?: Operator;
}

export interface SegmentRef extends Base {
  readonly kind: "segment";
  readonly segment: string;
  readonly byId?: boolean;
}

/** What did what after the other; its steps are shown, and edited as text. */
export interface Sequence extends Base {
  readonly kind: "sequence";
  readonly raw: Map;
}

/** A condition that the builder has no form for: kept as it is. */
export interface Opaque extends Base {
  readonly kind: "opaque";
  readonly raw: Map;
}

export type Leaf = AttributeTest | FieldTest | BehaviorTest | SegmentRef | Sequence | Opaque;
export type Node = Group | Leaf;

let last = 0;

/** A new identity; they are unique within a page. */
export function newId(): string {
  return `n${++last}`;
}

export function group(op: "And" | "Or", nodes: readonly Node[] = [], not = false): Group {
  return { kind: "group", id: newId(), op, nodes, not };
}

export function attributeTest(attribute: string, operator?: Operator): AttributeTest {
  return { kind: "attribute", id: newId(), not: false, attribute, operator };
}

export function fieldTest(column: string, operator?: Operator): FieldTest {
  return { kind: "field", id: newId(), not: false, column, operator };
}

export function behaviorTest(behavior: string): BehaviorTest {
  return { kind: "behavior", id: newId(), not: false, behavior };
}

export function segmentRef(segment: string): SegmentRef {
  return { kind: "segment", id: newId(), not: false, segment };
}

/** The children of a node: of a behavior its filter. */
export function childrenOf(node: Node): readonly Node[] {
  if (node.kind === "group") return node.nodes;
  return node.kind === "behavior" && node.filter ? [node.filter] : [];
}

/** All nodes from root down, each before its children. */
export function* walk(root: Node): Generator<Node> {
  yield root;
  for (const child of childrenOf(root)) yield* walk(child);
}

/** A copy with identities of its own. */
export function copyOf<T extends Node>(node: T): T {
  const copy: Node = { ...node, id: newId() };
  if (copy.kind === "group") return { ...copy, nodes: copy.nodes.map(copyOf) } as unknown as T;
  if (copy.kind === "behavior" && copy.filter) return { ...copy, filter: copyOf(copy.filter) } as unknown as T;
  return copy as T;
}
