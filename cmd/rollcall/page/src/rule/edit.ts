// Edits of the tree: each takes a root and gives a new one, the same where there is
// nothing to do. Nodes are found by their identity.

import { childrenOf, copyOf, group, type BehaviorTest, type Group, type Node } from "./node.ts";

/** The nodes from root to the one with an identity, both included; [] if it is not there. */
export function pathTo(root: Node, id: string): Node[] {
  if (root.id === id) return [root];
  for (const child of childrenOf(root)) {
    const below = pathTo(child, id);
    if (below.length > 0) return [root, ...below];
  }
  return [];
}

export function find(root: Node, id: string): Node | undefined {
  return pathTo(root, id).at(-1);
}

/** The group that a node is in, of a filter's own group undefined. */
export function parentOf(root: Node, id: string): Group | undefined {
  const parent = pathTo(root, id).at(-2);
  return parent?.kind === "group" ? parent : undefined;
}

/** Replaces a node by what f makes of it; null takes it away. Groups that become empty
    stay: an empty group is shown as one to be filled. */
function mapNode(node: Node, id: string, f: (n: Node) => Node | null): Node | null {
  if (node.id === id) return f(node);
  if (node.kind === "group") {
    let changed = false;
    const nodes: Node[] = [];
    for (const child of node.nodes) {
      const next = mapNode(child, id, f);
      changed ||= next !== child;
      if (next) nodes.push(next);
    }
    return changed ? { ...node, nodes } : node;
  }
  if (node.kind === "behavior" && node.filter) {
    const filter = mapNode(node.filter, id, f);
    if (filter === node.filter) return node;
    const { filter: _gone, ...rest } = node;
    return filter?.kind === "group" ? { ...rest, filter } : (rest as BehaviorTest);
  }
  return node;
}

/** Replaces the node of an identity; the root stays a group. */
export function update(root: Group, id: string, f: (n: Node) => Node): Group {
  const next = mapNode(root, id, f);
  return next?.kind === "group" ? next : root;
}

export function remove(root: Group, id: string): Group {
  if (root.id === id) return { ...root, nodes: [] };
  const next = mapNode(root, id, () => null);
  return next?.kind === "group" ? next : root;
}

/** Puts a node into a group, at an index, or at its end. */
export function insert(root: Group, groupId: string, node: Node, at?: number): Group {
  return update(root, groupId, (g) => {
    if (g.kind !== "group") return g;
    const nodes = [...g.nodes];
    nodes.splice(at ?? nodes.length, 0, node);
    return { ...g, nodes };
  });
}

/** Puts a copy of a node behind it. */
export function duplicate(root: Group, id: string): { root: Group; id: string } {
  const parent = parentOf(root, id), node = find(root, id);
  if (!parent || !node) return { root, id };
  const copy = copyOf(node);
  const at = parent.nodes.findIndex((n) => n.id === id) + 1;
  return { root: insert(root, parent.id, copy, at), id: copy.id };
}

/** Moves a node one place up or down. At the end of a nested group it leaves that group;
    beside one it stays beside: into a group it goes with `into`. */
export function move(root: Group, id: string, by: -1 | 1): Group {
  const path = pathTo(root, id);
  const parent = path.at(-2);
  const node = path.at(-1);
  if (!node || parent?.kind !== "group") return root;
  const at = parent.nodes.findIndex((n) => n.id === id);
  const to = at + by;
  if (to >= 0 && to < parent.nodes.length) {
    return update(root, parent.id, (g) => {
      if (g.kind !== "group") return g;
      const nodes = [...g.nodes];
      nodes.splice(at, 1);
      nodes.splice(to, 0, node);
      return { ...g, nodes };
    });
  }
  const outer = path.at(-3);
  if (outer?.kind !== "group") return root;
  const place = outer.nodes.findIndex((n) => n.id === parent.id) + (by > 0 ? 1 : 0);
  return dropEmpty(update(remove(root, id), outer.id, (g) => {
    if (g.kind !== "group") return g;
    const nodes = [...g.nodes];
    nodes.splice(place, 0, node);
    return { ...g, nodes };
  }), parent.id);
}

/** Takes a group away if nothing is in it. */
function dropEmpty(root: Group, id: string): Group {
  const node = find(root, id);
  return node?.kind === "group" && node.nodes.length === 0 && node.id !== root.id ? remove(root, id) : root;
}

/** Moves a node into the group beside it: the one above (-1) at its end, the one below at its start. */
export function into(root: Group, id: string, by: -1 | 1): Group {
  const parent = parentOf(root, id), node = find(root, id);
  if (!parent || !node) return root;
  const at = parent.nodes.findIndex((n) => n.id === id);
  const target = parent.nodes[at + by];
  if (target?.kind !== "group") return root;
  return insert(remove(root, id), target.id, node, by > 0 ? 0 : undefined);
}

/** Puts a node into a group of its own, of the other operator than it stands in. */
export function wrap(root: Group, id: string): { root: Group; id: string } {
  const parent = parentOf(root, id), node = find(root, id);
  if (!parent || !node) return { root, id };
  const outer = group(parent.op === "And" ? "Or" : "And", [node]);
  return { root: update(root, id, () => outer), id: outer.id };
}

/** Puts what is in a group in the group's place; a negated one keeps its meaning only
    where one node is in it, so others stay as they are. */
export function unwrap(root: Group, id: string): Group {
  const parent = parentOf(root, id), node = find(root, id);
  if (!parent || node?.kind !== "group" || !canUnwrap(node)) return root;
  const inner = node.not ? node.nodes.map((n) => ({ ...n, not: !n.not })) : node.nodes;
  return update(root, parent.id, (g) =>
    g.kind === "group" ? { ...g, nodes: g.nodes.flatMap((n) => (n.id === id ? inner : [n])) } : g);
}

/** Says whether a group can be taken apart: a negated one only if one node is in it. */
export function canUnwrap(node: Group): boolean {
  return !node.not || node.nodes.length <= 1;
}

export function negate(root: Group, id: string): Group {
  if (root.id === id) return group("And", [{ ...root, not: !root.not }]);
  return update(root, id, (n) => ({ ...n, not: !n.not }));
}

/** Changes how a group joins its nodes. */
export function setOp(root: Group, id: string, op: "And" | "Or"): Group {
  return update(root, id, (n) => (n.kind === "group" ? { ...n, op } : n));
}
