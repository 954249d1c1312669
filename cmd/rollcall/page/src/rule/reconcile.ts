// A tree that came from the server keeps the identities of the nodes that say the same as
// before, so that focus and counts stay where they are.

import { write } from "./form.ts";
import type { Group, Node } from "./node.ts";

function key(node: Node): string {
  return JSON.stringify(write(node));
}

/** The new tree with the nodes of the old one wherever they say the same. */
export function reconcile(old: Group, now: Group): Group {
  return join(old, now) as Group;
}

function join(old: Node, now: Node): Node {
  if (key(old) === key(now)) return old;
  if (old.kind !== now.kind) return now;
  if (old.kind === "group" && now.kind === "group") {
    const left = new Set(old.nodes);
    const same = now.nodes.map((n) => {
      const k = key(n);
      for (const o of left) if (key(o) === k) { left.delete(o); return o; }
      return undefined;
    });
    const nodes = now.nodes.map((n, i) => {
      const found = same[i];
      if (found) return found;
      const at = old.nodes[i];
      if (!at || !left.has(at)) return n;
      left.delete(at);
      return join(at, n);
    });
    return { ...now, id: old.id, nodes };
  }
  if (old.kind === "behavior" && now.kind === "behavior" && old.filter && now.filter) {
    return { ...now, id: old.id, filter: join(old.filter, now.filter) as Group };
  }
  return { ...now, id: old.id };
}
