// What happens when a parent segment is chosen and left: its fields and segments are
// fetched, and a draft that was not saved comes back. Drafts are kept in the browser's
// session storage, one for each parent segment, so that a reload loses nothing.

import { effect } from "@preact/signals";
import * as api from "./api.ts";
import { read, write } from "./rule/form.ts";
import { href, route, type Route } from "./route.ts";
import { span } from "./rule/span.ts";
import {
  asOf, dirty, fields, fieldsError, opened, parentName, segmentList, segmentsError, session, text, tree, truth, type Opened,
} from "./state.ts";
import { open, setAsOf, setRefreshed, start, stop } from "./studio.ts";
import type { Json } from "./types.ts";
import { toast, toastError } from "./ui/toast.tsx";

interface Draft {
  tree: Json;
  text: string;
  truth: "builder" | "text";
  asOf: string;
  opened: Opened | null;
}

const key = (parent: string) => `rollcall.draft.${parent}`;
let stopFollowing: (() => void) | null = null;

/** Chooses a parent segment, with a saved segment to be opened; without one, the draft. */
export async function enter(name: string, segment?: string): Promise<void> {
  leave();
  parentName.value = name;
  fields.value = null;
  fieldsError.value = null;
  segmentList.value = [];
  const draft = load(name);
  if (draft && (!segment || draft.opened?.path === segment)) restore(draft);
  else {
    opened.value = null;
    asOf.value = draft?.asOf ?? "";
    start({});
    if (segment) await openSegment(segment);
    if (parentName.value !== name) return;
  }
  setRefreshed(() => void loadFields(name));
  const stops = [keep(name), followOpened(name)];
  stopFollowing = () => stops.forEach((f) => f());
  const segments = loadSegments();
  await loadFields(name);
  // The demonstration's events are of long ago: a new visitor looks from their end.
  const events = span(fields.peek()?.behaviors.flatMap((b) => b.stats ?? []) ?? []);
  if (session.value?.server.demo && !draft && asOf.value === "" && parentName.value === name) setAsOf(events?.to ?? "");
  await segments;
}

export function leave(): void {
  stopFollowing?.();
  stopFollowing = null;
  stop();
}

/** Keeps the address as the segment that is open has it. */
function followOpened(name: string): () => void {
  return effect(() => {
    const now: Route = { page: "studio", parent: name, ...(opened.value ? { segment: opened.value.path } : {}) };
    if (location.hash === href(now)) return;
    window.history.replaceState(null, "", href(now));
    route.value = now;
  });
}

/** Opens the segment that the address has come to name; what was there can be taken back. */
export function follow(segment: string | undefined): void {
  if (!stopFollowing || segment === opened.peek()?.path) return;
  if (segment) void replaceBy(segment);
  else fresh();
}

/** Opens a saved segment; a rule that was not saved can be taken back. */
export async function replaceBy(path: string): Promise<void> {
  const before = draftNow(), lost = dirty.peek();
  await openSegment(path);
  if (lost) toast(`Opened ${path}.`, { action: { label: "Take my rule back", run: () => restore(before) } });
}

/** Fetches the fields again: what they are may change with every refresh. */
export async function loadFields(name: string): Promise<void> {
  try {
    const found = await api.parents.fields(name);
    if (parentName.value === name) fields.value = found;
  } catch (error) {
    if (parentName.value === name) fieldsError.value = error;
  }
}

/** Fetches the saved segments again. */
export async function loadSegments(): Promise<void> {
  const name = parentName.value;
  try {
    const found = await api.all((after) => api.segments.list(name, { after }));
    if (parentName.value === name) segmentList.value = found;
    segmentsError.value = null;
  } catch (error) {
    segmentsError.value = error;
  }
}

/** Opens a saved segment in place of the rule that is there. */
export async function openSegment(path: string): Promise<void> {
  try {
    open(await api.segments.get(parentName.value, path));
  } catch (error) {
    toastError(error);
  }
}

function draftNow(): Draft {
  return { tree: write(tree.peek()), text: text.peek(), truth: truth.peek(), asOf: asOf.peek(), opened: opened.peek() };
}

function restore(d: Draft): void {
  opened.value = d.opened;
  asOf.value = d.asOf;
  start({ tree: read(d.tree), text: d.text, truth: d.truth });
}

/** Keeps the draft of a parent segment until the function returned is called. */
function keep(name: string): () => void {
  let timer = 0;
  const save = () => {
    clearTimeout(timer);
    try {
      sessionStorage.setItem(key(name), JSON.stringify(draftNow()));
    } catch {
      // Storage is full or forbidden: the page works without.
    }
  };
  const dispose = effect(() => {
    void [tree.value, text.value, truth.value, asOf.value, opened.value];
    clearTimeout(timer);
    timer = window.setTimeout(save, 250);
  });
  window.addEventListener("pagehide", save);
  return () => {
    dispose();
    save();
    window.removeEventListener("pagehide", save);
  };
}

function load(name: string): Draft | null {
  try {
    const d: unknown = JSON.parse(sessionStorage.getItem(key(name)) ?? "null");
    return typeof d === "object" && d !== null && "tree" in d && "text" in d ? (d as Draft) : null;
  } catch {
    return null;
  }
}

/** A new rule; what was there can be taken back. */
export function fresh(): void {
  const before = draftNow();
  const had = tree.peek().nodes.length > 0 || text.peek() !== "";
  opened.value = null;
  start({});
  if (had) toast("Started a new rule.", { action: { label: "Take back", run: () => restore(before) } });
}
