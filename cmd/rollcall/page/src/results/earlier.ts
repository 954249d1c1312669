// The exports that a later one can be compared with, and what the comparison came to.

import { n, time } from "../format.ts";
import { member, numberIn, textIn } from "../json.ts";
import type { Job } from "../types.ts";

/** An export of a whole audience, whose file is there. */
export interface Earlier {
  job: number;
  /** Of the same rule, so that who entered and left is due to the customers alone. */
  same: boolean;
  /** What tells it from others, in a few words. */
  text: string;
}

/** The exports among jobs that an export of a rule can be compared with: those of the same
    rule first, the newest first. Those that wrote changes have not the whole audience. */
export function earlierOf(jobs: readonly Job[], rule: string): Earlier[] {
  const all = jobs.filter((j) => j.kind === "export" && j.downloadable && !member(j.result, "delta"));
  const found = all.map((j) => {
    const r = j.result, pick = textIn(r, "pick");
    return { job: j.id, same: textIn(r, "rule") === rule, text: `job ${j.id} · as of ${time(textIn(r, "as_of"))} · ${n(numberIn(r, "customers"))} customers${pick ? ` · ${pick}` : ""}` };
  });
  return found.sort((a, b) => Number(b.same) - Number(a.same) || b.job - a.job);
}

/** Who entered and left since an earlier export, in words; "" of a whole audience. */
export function changesOf(job: Pick<Job, "result">): string {
  const delta = member(job.result, "delta");
  if (delta === undefined) return "";
  const gone = numberIn(delta, "gone");
  return `since job ${numberIn(delta, "from")}: ${n(numberIn(delta, "entered"))} entered, ${n(numberIn(delta, "left"))} left${gone > 0 ? ` (${n(gone)} exist no more)` : ""}, ${n(numberIn(delta, "stayed"))} stayed`;
}
