// Saving a rule, and what can come between: somebody else has saved it meanwhile.

import { signal } from "@preact/signals";
import * as api from "../api.ts";
import { builderProblem, may, opened, parentName, problems, text, truth } from "../state.ts";
import { currentAsk, unfinished } from "../studio.ts";
import type { Segment } from "../types.ts";
import { toast } from "../ui/toast.tsx";
import { loadSegments } from "../workspace.ts";

/** Which dialog is open: of saving under a path, of a conflict, of export, of the plan, of the keys. */
export type Open = { kind: "save" } | { kind: "conflict"; theirs: Segment } | { kind: "export" } | { kind: "plan" } | { kind: "keys" } | null;
export const dialog = signal<Open>(null);
export const saving = signal(false);

/** Why the rule cannot be saved as it is; "" if it can. */
export function cannotSave(): string {
  if (!may("segments")) return "Your roles do not allow saving segments.";
  if (!currentAsk()) return "There is no rule to save.";
  if (unfinished() > 0) return "Some conditions are not filled in.";
  if (problems.value.length > 0 || builderProblem.value !== "") return "The rule has problems.";
  return "";
}

/** Saves: over the segment that is open, or under a path that is asked for. */
export function saveKey(): void {
  const why = cannotSave();
  if (why) toast(why, { bad: true });
  else if (opened.value) void saveOver(opened.value.version);
  else dialog.value = { kind: "save" };
}

function body(note?: string): api.SegmentBody {
  const { as_of: _when, path: _path, version: _version, ...rule } = currentAsk() ?? {};
  return note ? { ...rule, note } : rule;
}

/** Notes what was saved. What was typed meanwhile stays, and is not saved yet. */
function took(s: Segment, before: string): void {
  opened.value = { path: s.path, version: s.version, rule: s.rule, updated: s.updated };
  if (text.value === before && truth.value === "text") text.value = s.rule;
  toast(`Saved ${s.path}, version ${s.version}.`);
  void loadSegments();
}

/** Saves over a version of the open segment; if it has another one by now, asks what to do. */
export async function saveOver(version: number): Promise<void> {
  const at = opened.value;
  if (!at || saving.value) return;
  saving.value = true;
  const before = text.value;
  try {
    took(await api.segments.update(parentName.value, at.path, version, body()), before);
    dialog.value = null;
  } catch (error) {
    await conflict(error, at.path);
  }
  saving.value = false;
}

async function conflict(error: unknown, path: string): Promise<void> {
  if (error instanceof api.ApiError && (error.status === 412 || error.status === 409)) {
    try {
      dialog.value = { kind: "conflict", theirs: await api.segments.get(parentName.value, path) };
      return;
    } catch {
      // It is gone: told below as the server did.
    }
  }
  const gone = error instanceof api.ApiError && error.status === 404;
  toast(gone ? `${path} is not there any more; save it under a path.` : api.words(error), { bad: true });
  if (gone) dialog.value = { kind: "save" };
}

/** Saves under a new path; throws what the server says. */
export async function saveAs(path: string, note: string): Promise<void> {
  const before = text.value;
  took(await api.segments.create(parentName.value, path, body(note)), before);
  dialog.value = null;
}
