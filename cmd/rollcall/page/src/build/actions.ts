// What can be done to a condition or a group, by its menu and by keys.

import * as tree_ from "../rule/edit.ts";
import { tree } from "../state.ts";
import { edit } from "../studio.ts";
import { announce } from "../ui/live.tsx";
import type { IconName } from "../ui/icon.tsx";
import { focusNode } from "./focus.ts";

export type Action = "up" | "down" | "group" | "ungroup" | "intoAbove" | "intoBelow" | "negate" | "duplicate" | "remove";

interface Entry {
  name: Action;
  label: string;
  key: string;
  icon: IconName;
  can: boolean;
}

/** The actions of a node, as its menu lists them. */
export function actionsOf(id: string): (Entry | { separator: true })[] {
  const path = tree_.pathTo(tree.value, id);
  const node = path.at(-1), parent = path.at(-2), outer = path.at(-3);
  if (!node) return [];
  const inGroup = parent?.kind === "group";
  const at = inGroup ? parent.nodes.findIndex((n) => n.id === id) : -1;
  const end = inGroup ? parent.nodes.length - 1 : -1;
  const leaves = outer?.kind === "group";
  return [
    { name: "up", label: leaves && at === 0 ? "Move out, up" : "Move up", key: "Alt+↑", icon: "up", can: inGroup && (at > 0 || leaves) },
    { name: "down", label: leaves && at === end ? "Move out, down" : "Move down", key: "Alt+↓", icon: "down", can: inGroup && (at < end || leaves) },
    { name: "intoAbove", label: "Move into the group above", key: "Alt+Shift+↑", icon: "group", can: inGroup && parent.nodes[at - 1]?.kind === "group" },
    { name: "intoBelow", label: "Move into the group below", key: "Alt+Shift+↓", icon: "group", can: inGroup && parent.nodes[at + 1]?.kind === "group" },
    { separator: true },
    { name: "negate", label: node.not ? "Remove the not" : "Negate", key: "Alt+N", icon: "not", can: true },
    { name: "group", label: "Put into a group", key: "Alt+G", icon: "group", can: inGroup },
    { name: "ungroup", label: "Take the group apart", key: "Alt+U", icon: "ungroup", can: inGroup && node.kind === "group" && tree_.canUnwrap(node) },
    { name: "duplicate", label: "Duplicate", key: "Alt+D", icon: "copy", can: inGroup },
    { separator: true },
    { name: "remove", label: "Remove", key: "Alt+Del", icon: "trash", can: true },
  ];
}

/** Does an action where it can be done, says so, and keeps the focus on what it was done to. */
export function act(name: Action, id: string): void {
  const entry = actionsOf(id).find((a) => "name" in a && a.name === name);
  if (!entry || !("name" in entry) || !entry.can) return;
  const before = document.activeElement as HTMLElement | null;
  let focus = id;
  switch (name) {
    case "up": edit((r) => tree_.move(r, id, -1)); break;
    case "down": edit((r) => tree_.move(r, id, 1)); break;
    case "intoAbove": edit((r) => tree_.into(r, id, -1)); break;
    case "intoBelow": edit((r) => tree_.into(r, id, 1)); break;
    case "negate": edit((r) => tree_.negate(r, id)); break;
    case "group": edit((r) => tree_.wrap(r, id).root); break;
    case "ungroup": focus = firstOf(id); edit((r) => tree_.unwrap(r, id)); break;
    case "duplicate": edit((r) => {
      const made = tree_.duplicate(r, id);
      focus = made.id;
      return made.root;
    }); break;
    case "remove": focus = besideOf(id); edit((r) => tree_.remove(r, id)); break;
  }
  announce(entry.label);
  requestAnimationFrame(() => {
    const within = before?.isConnected && before !== document.body && document.getElementById(`node-${id}`)?.contains(before);
    if (within && name !== "remove" && name !== "duplicate") before.focus();
    else focusNode(focus, true);
  });
}

function firstOf(id: string): string {
  const node = tree_.find(tree.value, id);
  return (node?.kind === "group" && node.nodes[0]?.id) || id;
}

/** What is focused when a node is gone: its neighbour, or the group that it was in. */
function besideOf(id: string): string {
  const path = tree_.pathTo(tree.value, id);
  const parent = path.at(-2);
  if (parent?.kind !== "group") return parent?.id ?? tree.value.id;
  const at = parent.nodes.findIndex((n) => n.id === id);
  return (parent.nodes[at + 1] ?? parent.nodes[at - 1] ?? parent).id;
}
