// The rule that is being edited: edits of the builder and of the text, what the server
// makes of them, and the counts. The server alone turns one form into the other.

import { batch } from "@preact/signals";
import * as api from "./api.ts";
import { n } from "./format.ts";
import { countNodes, forgetNodeCounts } from "./nodecounts.ts";
import { incomplete, prune } from "./rule/complete.ts";
import { read, write } from "./rule/form.ts";
import * as hist from "./rule/history.ts";
import { group, type Group } from "./rule/node.ts";
import { nodeAt } from "./rule/path.ts";
import { reconcile } from "./rule/reconcile.ts";
import {
  asOf, builderProblem, count, countedAsk, history, lookedFrom, nodeCounts, nodeProblems, opened, parent, parentName, problems, text, tree, truth, warnings, windows,
} from "./state.ts";
import type { Ask, Check, Count, ProblemItem, Segment } from "./types.ts";
import { announce } from "./ui/live.tsx";
import { toast } from "./ui/toast.tsx";

/** How long edits are waited for before the server is asked, in milliseconds. */
const DEBOUNCE = 40;
/** The same where a question is SQL in a warehouse. */
const DEBOUNCE_IN_PLACE = 600;

let timer = 0;
let edits = 0; // Counts edits, so that an answer to an older rule does not overwrite a newer one.
let abort = new AbortController();

let onRefreshed: () => void = () => {};

/** Sets what is done when an answer is of a newer snapshot than the one before. */
export function setRefreshed(f: () => void): void {
  onRefreshed = f;
}

/** Edits the tree. Edits with the same `of` in a row are undone in one step. */
export function edit(f: (root: Group) => Group, of?: string): void {
  const next = f(tree.value);
  if (next === tree.value) return;
  keepText();
  batch(() => {
    history.value = hist.edit(history.value, next, of);
    truth.value = "builder";
  });
  schedule();
}

/** A text with problems is no rule yet, and the builder's takes its place: it can be taken back. */
function keepText(): void {
  const before = text.value;
  if (truth.value !== "text" || problems.value.length === 0 || before.trim() === "") return;
  toast("The builder's rule has replaced the text, which had a problem.", { action: { label: "Take the text back", run: () => editText(before) } });
}

/** Edits the text: the builder follows once the server can read it. */
export function editText(now: string): void {
  if (now === text.value) return;
  batch(() => {
    text.value = now;
    truth.value = "text";
  });
  schedule();
}

export function undo(): void {
  step(hist.undo(history.value));
}

export function redo(): void {
  step(hist.redo(history.value));
}

function step(next: typeof history.value): void {
  if (next === history.value) return;
  batch(() => {
    history.value = next;
    truth.value = "builder";
  });
  schedule(0);
}

/** Starts with another rule: nothing of the one before can be undone into it. */
export function start(rule: { tree?: Group; text?: string; truth?: "builder" | "text" }): void {
  batch(() => {
    history.value = hist.begin(rule.tree ?? group("And"));
    text.value = rule.text ?? "";
    truth.value = rule.truth ?? "builder";
    problems.value = [];
    builderProblem.value = "";
    nodeProblems.value = new Map();
    nodeCounts.value = new Map();
    warnings.value = [];
    windows.value = [];
    count.value = { answer: null, busy: false, error: null, latency: 0 };
    countedAsk.value = null;
  });
  schedule(0);
}

/** Opens a saved segment. */
export function open(segment: Segment): void {
  const root = segment.segment && segment.problems.length === 0 ? read(segment.segment) : undefined;
  opened.value = { path: segment.path, version: segment.version, rule: segment.rule, updated: segment.updated };
  start({ tree: root, text: segment.rule, truth: root ? "builder" : "text" });
}

/** Asks as of another time. */
export function setAsOf(at: string): void {
  if (at === asOf.value) return;
  asOf.value = at;
  schedule(0);
}

/** Asks once edits have paused; what was asked before and has no answer yet is aborted. */
export function schedule(wait?: number): void {
  clearTimeout(timer);
  edits++;
  const inPlace = parent.value?.freshness.state === "in_place";
  timer = window.setTimeout(() => void run(), wait ?? (inPlace ? DEBOUNCE_IN_PLACE : DEBOUNCE));
}

/** Stops asking: another parent segment was chosen, or another page. */
export function stop(): void {
  clearTimeout(timer);
  abort.abort();
  forgetNodeCounts();
}

/** The rule as a question, as it is now; null where there is nothing to ask. */
export function currentAsk(): Ask | null {
  const when = lookedFrom();
  if (truth.value === "text") return text.value.trim() ? { rule: text.value, ...when } : null;
  const whole = prune(tree.value);
  return whole.nodes.length > 0 ? { segment: write(whole), ...when } : null;
}

async function run(): Promise<void> {
  abort.abort();
  abort = new AbortController();
  const signal = abort.signal;
  const name = parentName.value;
  const ask = currentAsk();
  if (!name) return;
  if (!ask) return nothing();
  const asked = truth.value, edition = edits;
  count.value = { ...count.value, busy: true };
  const started = performance.now();
  const checking = api.asks.check(name, ask, signal).then((c) => ({ check: c, error: null }), (error: unknown) => ({ check: null, error }));
  const counting = () => api.asks.count(name, ask, signal).then(
    (c) => ({ answer: c, error: null, latency: performance.now() - started }),
    (error: unknown) => ({ answer: null, error, latency: 0 }),
  );
  // What the builder makes is nearly always right, and is counted at the same time. A text
  // is wrong at most moments of typing, and is counted once it is not.
  const early = asked === "builder" ? counting() : null;
  const { check, error } = await checking;
  if (signal.aborted) return;
  if (check && edition === edits) checked(check, asked);
  if (!early && (!check || !check.ok)) return failed(check, error);
  const counted = await (early ?? counting());
  if (signal.aborted) return;
  if (counted.answer) took(counted.answer, counted.latency, ask, name, signal);
  else failed(check, counted.error);
}

/** There is no rule: everybody is meant, and nobody is asked. */
function nothing(): void {
  batch(() => {
    if (truth.value === "builder") text.value = "";
    else if (tree.value.nodes.length > 0) history.value = hist.edit(history.value, group("And"));
    problems.value = [];
    builderProblem.value = "";
    nodeProblems.value = new Map();
    nodeCounts.value = new Map();
    warnings.value = [];
    windows.value = [];
    count.value = { answer: null, busy: false, error: null, latency: 0 };
    countedAsk.value = null;
  });
}

/** Takes what the server says of the rule: its text, or its tree, or what is wrong. */
function checked(check: Check, asked: "builder" | "text"): void {
  batch(() => {
    const found = check.problems ?? [];
    if (asked === "text") {
      problems.value = found;
      builderProblem.value = "";
      nodeProblems.value = new Map();
      if (check.ok && check.segment) {
        const next = reconcile(prune(tree.value), read(check.segment));
        const same = JSON.stringify(write(next)) === JSON.stringify(write(prune(tree.value)));
        if (!same) history.value = hist.edit(history.value, next, "text");
      }
    } else {
      problems.value = [];
      if (check.ok && check.rule !== undefined) text.value = check.rule;
      pointOut(found);
    }
    if (check.ok) {
      warnings.value = check.warnings ?? [];
      windows.value = check.windows ?? [];
    }
  });
}

/** Shows problems of the builder's rule at the conditions that they are about. */
function pointOut(found: ProblemItem[]): void {
  const at = new Map<string, string>();
  const whole = prune(tree.value);
  const rest: string[] = [];
  for (const p of found) {
    const words = p.message + (p.hint ? ` — ${p.hint}` : "");
    const node = p.path && !p.file ? nodeAt(whole, p.path) : whole;
    if (node === whole) rest.push(words);
    else at.set(node.id, [at.get(node.id), words].filter(Boolean).join("; "));
  }
  nodeProblems.value = at;
  builderProblem.value = rest.join("; ");
}

function took(answer: Count, latency: number, ask: Ask, name: string, signal: AbortSignal): void {
  const before = count.value.answer?.count, version = count.value.answer?.snapshot?.version;
  batch(() => {
    count.value = { answer, busy: false, error: null, latency };
    countedAsk.value = ask.rule !== undefined ? { ...ask, rule: answer.rule } : ask;
    warnings.value = answer.warnings;
    windows.value = answer.windows;
  });
  if (version !== undefined && answer.snapshot?.version !== version) onRefreshed();
  if (answer.count !== before) announce(`${n(answer.count)} of ${n(answer.customers)} customers`);
  if (parent.value?.freshness.state !== "in_place") void countNodes(name, prune(tree.value), answer, signal);
}

function failed(check: Check | null, error: unknown): void {
  if (api.isAbort(error)) return;
  const told = check !== null && !check.ok; // The problems are shown where they are.
  count.value = { ...count.value, busy: false, error: told ? null : error };
}

/** How many conditions are not filled in, and so not counted. */
export function unfinished(): number {
  return truth.value === "builder" ? incomplete(tree.value) : 0;
}
