// What is not filled in yet. Such conditions are not asked of the server: prune leaves
// them out, and the page says so.

import { childrenOf, type Group, type Node } from "./node.ts";
import { missingValue } from "./operators.ts";
import { missingOf, windowOfKey, windowOfOperator } from "./window.ts";

/** What a node wants still, in words; "" if it is whole. Groups want at least one node. */
export function missing(node: Node): string {
  switch (node.kind) {
    case "attribute":
    case "field": {
      if ((node.kind === "attribute" ? node.attribute : node.column) === "") return "a name";
      if (!node.operator) return "";
      return missingOfOperator(node.operator);
    }
    case "behavior": {
      if (node.behavior === "") return "a behavior";
      const window = windowOfKey(node.window);
      if (window && missingOf(window)) return missingOf(window);
      const a = node.aggregation;
      if (!a) return "";
      if (["CountDistinct", "Sum", "Average", "Min", "Max"].includes(a.type) && !a.column) return "a field";
      if (!node.operator) return a.type === "First" || a.type === "Last" ? "a window" : "a number";
      return missingOfOperator(node.operator);
    }
    case "segment":
      return node.segment === "" ? "a segment" : "";
    case "group":
      return node.nodes.length === 0 ? "a condition" : "";
    default:
      return "";
  }
}

function missingOfOperator(o: Parameters<typeof missingValue>[0]): string {
  const w = windowOfOperator(o);
  return w ? missingOf(w) : missingValue(o);
}

/** The tree without what is not whole; groups that become empty go, too. */
export function prune(root: Group): Group {
  return { ...root, nodes: root.nodes.flatMap((n) => pruneNode(n) ?? []) };
}

function pruneNode(node: Node): Node | null {
  if (node.kind === "group") {
    const kept = prune(node);
    return kept.nodes.length > 0 ? kept : null;
  }
  if (missing(node)) return null;
  if (node.kind === "behavior" && node.filter) {
    const { filter, ...rest } = node;
    const kept = prune(filter);
    return kept.nodes.length > 0 ? { ...rest, filter: kept } : rest;
  }
  return node;
}

/** How many conditions are not whole. */
export function incomplete(root: Group): number {
  let n = 0;
  for (const node of childrenOf(root)) {
    if (node.kind === "group") n += node.nodes.length === 0 ? 1 : incomplete(node);
    else if (missing(node)) n++;
    else if (node.kind === "behavior" && node.filter) n += incomplete(node.filter);
  }
  return n;
}
