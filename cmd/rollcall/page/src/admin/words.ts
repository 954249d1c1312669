// Words for states, changes and jobs.

import { n } from "../format.ts";
import { member, numberIn, textIn } from "../json.ts";
import { changesOf } from "../results/earlier.ts";
import type { Change, Freshness, Job, JobState } from "../types.ts";

export type Tone = "" | "good" | "warn" | "bad" | "accent";

/** The state of a parent segment as people read it, and its colour. */
export function stateOf(f: Freshness): { text: string; tone: Tone } {
  if (f.running_job) return { text: f.state === "never_built" ? "building" : "refreshing", tone: "accent" };
  switch (f.state) {
    case "ready": return { text: "ready", tone: "good" };
    case "in_place": return { text: "in place", tone: "good" };
    case "never_built": return { text: "never built", tone: "warn" };
    default: return { text: "broken", tone: "bad" };
  }
}

/** Says whether the last job of a parent segment went wrong, and nothing was right since. */
export function failing(f: Freshness): boolean {
  if (!f.last_failure) return false;
  return !f.last_success || Date.parse(f.last_failure.finished) > Date.parse(f.last_success.finished);
}

export function toneOf(state: JobState): Tone {
  return ({ queued: "", running: "accent", succeeded: "good", failed: "bad", cancelled: "warn", interrupted: "warn" } as const)[state];
}

export function runs(job: Job): boolean {
  return job.state === "queued" || job.state === "running";
}

/** How long a job ran, or has run so far: 0.3 s, 12 s, 3 min 5 s, 2 h 4 min. */
export function took(job: Pick<Job, "started" | "finished">, now: number): string {
  if (!job.started) return "–";
  const s = Math.max(0, ((job.finished ? Date.parse(job.finished) : now) - Date.parse(job.started)) / 1_000);
  if (!Number.isFinite(s)) return "–";
  if (s < 0.05) return "< 0.1 s";
  if (s < 10) return `${s.toFixed(1)} s`;
  if (s < 60) return `${Math.round(s)} s`;
  const m = Math.floor(s / 60);
  return m < 60 ? `${m} min ${Math.floor(s % 60)} s` : `${Math.floor(m / 60)} h ${m % 60} min`;
}

/** How far a job is, in words; "" where nothing is told. */
export function progressOf(job: Job): string {
  const { done, total, what } = job.progress;
  if (done === 0 && total === 0) return what ?? "";
  return [`${n(done)}${total > 0 ? ` of ${n(total)}` : ""}`, what].filter(Boolean).join(" ");
}

/** What a job came to: customers that were read, or rows that were written. */
export function resultOf(job: Job): string {
  const r = job.result, version = numberIn(r, "version");
  if (member(r, "rows") !== undefined) return [`${n(numberIn(r, "rows"))} rows`, changesOf(job)].filter(Boolean).join(", ");
  if (member(r, "customers") !== undefined) return `${n(numberIn(r, "customers"))} customers${version > 0 ? `, version ${n(version)}` : ""}`;
  return "";
}

/** The rule of an export, as the job keeps it. */
export function ruleOf(job: Job): string {
  return textIn(job.request, "rule");
}

/** One difference between a configuration and what there was: removed attribute orders. */
export function changeText(c: Change): string {
  const text = (v: unknown) => (typeof v === "string" ? v : "");
  const kind = text(c.change) || text(c.kind);
  const what = [kind, text(c.what), text(c.name) && `“${text(c.name)}”`].filter(Boolean).join(" ");
  const from = text(c.from), to = text(c.to), table = text(c.table);
  return what + (from && to ? `: ${from} → ${to}` : to ? ` → ${to}` : "") + (table && !from && !to ? ` (${table})` : "");
}
