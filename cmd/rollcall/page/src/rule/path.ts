// From the place that a problem has in a segment file (rule.conditions[2].operator.value)
// to the node that it is about, as form.ts has written the tree.

import type { Group, Node } from "./node.ts";

/** The node that a path leads to, as far as it leads; the root for none. */
export function nodeAt(root: Group, path: string): Node {
  let at: Node = root;
  let wrapped = false; // Stands between a negated condition and the group written around it.
  for (const step of path.matchAll(/conditions\[(\d+)\]|\bfilter\b/g)) {
    const index = step[1];
    if (index === undefined) {
      if (at.kind !== "behavior" || !at.filter) return at;
      at = at.filter;
      wrapped = false;
    } else if (at.kind === "group") {
      const next: Node | undefined = at.nodes[Number(index)];
      if (!next) return at;
      at = next;
      wrapped = at.not && at.kind !== "group" && at.kind !== "segment";
    } else if (wrapped) {
      wrapped = false;
    } else return at;
  }
  return at;
}
