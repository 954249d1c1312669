// What the page knows: signals that components read. Who changes what: studio.ts edits the
// rule and asks for counts, session.ts who is signed in, parents.ts which parent segment
// is chosen. Components of results/ and admin/ read, and call the functions of those.

import { computed, signal } from "@preact/signals";
import { begin, type History } from "./rule/history.ts";
import { group, type Group } from "./rule/node.ts";
import type { Ask, Count, Fields, Parent, ProblemItem, Role, Segment, Session, WindowOf } from "./types.ts";

/** Who is signed in; null until the server has answered. */
export const session = signal<Session | null>(null);

/** Says whether the caller may do what a role allows. A local caller has all. */
export function may(role: Role): boolean {
  const roles = session.value?.roles ?? [];
  return roles.includes(role) || roles.includes("admin");
}

/** The parent segments, and the chosen one's name, "" for none. */
export const parentList = signal<Parent[]>([]);
export const parentName = signal("");
export const parent = computed(() => parentList.value.find((p) => p.name === parentName.value) ?? null);

/** The fields of the chosen parent segment; null while they are fetched. */
export const fields = signal<Fields | null>(null);
export const fieldsError = signal<unknown>(null);

/** "" is now; else a date or a time, as the server takes as_of. */
export const asOf = signal("");

/** The time that is looked from, as a member of a question. */
export function lookedFrom(): { as_of?: string } {
  return asOf.value ? { as_of: asOf.value } : {};
}

/** The rule: a tree with its history, and the same as text. */
export const history = signal<History<Group>>(begin(group("And")));
export const tree = computed(() => history.value.now);
export const text = signal("");
/** Which of the two was edited last, and so is the truth until the server has answered. */
export const truth = signal<"builder" | "text">("builder");

/** Problems of the text, with places in it; and of the rule that the builder has. */
export const problems = signal<ProblemItem[]>([]);
export const builderProblem = signal("");
/** What is wrong with single conditions, by the id of their node. */
export const nodeProblems = signal<ReadonlyMap<string, string>>(new Map());
export const warnings = signal<string[]>([]);
export const windows = signal<WindowOf[]>([]);

/** The count: of the last rule that was right. While `busy`, a newer one is asked for. */
export interface CountState {
  answer: Count | null;
  busy: boolean;
  error: unknown;
  /** Milliseconds from asking to the answer, as the page saw it. */
  latency: number;
}
export const count = signal<CountState>({ answer: null, busy: false, error: null, latency: 0 });

/** What one condition selects, by the id of its node. */
export interface NodeCount {
  /** By itself. */
  alone: number;
  /** Joined with those above it in its group; null: it is the first. */
  together: number | null;
  /** The condition as text. */
  text: string;
}
export const nodeCounts = signal<ReadonlyMap<string, NodeCount>>(new Map());

/** The rule that was counted last, as a question: what pictures and members are asked of.
    null: there is none, the builder is empty or nothing was right yet. */
export const countedAsk = signal<Ask | null>(null);

/** The saved segment that is being edited; null: a new one. */
export interface Opened {
  path: string;
  version: number;
  /** Canonical text when it was opened or saved last. */
  rule: string;
  updated: { at: string; by: string };
}
export const opened = signal<Opened | null>(null);
export const segmentList = signal<Segment[]>([]);
export const segmentsError = signal<unknown>(null);

/** Says whether there is something that is not saved. */
export const dirty = computed(() => (opened.value ? text.value !== opened.value.rule : tree.value.nodes.length > 0 || text.value !== ""));

/** light, dark, or auto: as the system has it. */
export const theme = signal<"auto" | "light" | "dark">("auto");
