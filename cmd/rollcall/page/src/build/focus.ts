import { signal } from "@preact/signals";

/** The condition or group that was worked on last: what is added from the fields panel goes there. */
export const current = signal("");

/** Moves the focus to a condition once it is in the page: to its first empty field, or
    with `row` to the row itself. */
export function focusNode(id: string, row = false): void {
  current.value = id;
  requestAnimationFrame(() => {
    const at = document.getElementById(`node-${id}`);
    if (!at) return;
    const empty = row ? null : [...at.querySelectorAll<HTMLInputElement>("input")].find((i) => i.value === "" && i.getAttribute("data-add") === null);
    (empty ?? at).focus();
    at.scrollIntoView({ block: "nearest" });
  });
}
