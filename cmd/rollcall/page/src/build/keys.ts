// Keys of the studio. Those of a condition work wherever the focus is within it.

import { redo, undo } from "../studio.ts";
import { act, type Action } from "./actions.ts";
import { dialog, saveKey } from "./saving.ts";

const ofNodes: Record<string, Action> = {
  ArrowUp: "up", ArrowDown: "down", KeyN: "negate", KeyG: "group", KeyU: "ungroup", KeyD: "duplicate", Delete: "remove", Backspace: "remove",
};

/** Takes what is typed into a field and not entered yet, as leaving the field does. */
function commit(field: HTMLElement): void {
  if (!field.dataset.typed) return;
  field.blur();
  field.focus();
}

/** Handles a key anywhere in the studio; the editor of the text has its own undo. */
export function onStudioKey(e: KeyboardEvent): void {
  if (e.defaultPrevented || document.querySelector("dialog[open]")) return;
  const target = e.target as HTMLElement;
  const mod = e.ctrlKey || e.metaKey;
  const inText = target.closest(".text-editor") !== null;
  if (mod && !e.altKey && e.code === "KeyS") {
    e.preventDefault();
    commit(target);
    saveKey();
  } else if (mod && !e.altKey && !inText && (e.code === "KeyZ" || e.code === "KeyY")) {
    if (target.closest(".pane-fields, .pane-results") || target.dataset.typed) return;
    e.preventDefault();
    if (e.code === "KeyY" || e.shiftKey) redo();
    else undo();
  } else if (e.altKey && !mod && !inText) {
    const id = target.closest<HTMLElement>(".builder [data-node]")?.dataset.node;
    const name = ofNodes[e.code];
    if (!id || !name) return;
    e.preventDefault();
    act(e.shiftKey && name === "up" ? "intoAbove" : e.shiftKey && name === "down" ? "intoBelow" : name, id);
  } else if (!mod && (e.key === "ArrowDown" || e.key === "ArrowUp") && target.matches(".builder [data-node]")) {
    const all = [...document.querySelectorAll<HTMLElement>(".builder .cond, .builder .group:not(.root)")];
    const next = all[all.indexOf(target) + (e.key === "ArrowDown" ? 1 : -1)];
    if (!next) return;
    e.preventDefault();
    next.focus();
  } else if (!mod && (e.key === "/" || e.key === "?") && !target.matches("input, textarea, select, [contenteditable]") && !inText) {
    e.preventDefault();
    if (e.key === "?") dialog.value = { kind: "keys" };
    else document.querySelector<HTMLInputElement>("#field-search")?.focus();
  }
}
