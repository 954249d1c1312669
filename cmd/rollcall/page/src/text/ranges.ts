// Where a problem is underlined.

import type { ProblemItem } from "../types.ts";

export interface Range {
  from: number;
  to: number;
}

/** The part of a text that a problem is about, within the text and never empty: what is
    missing at the end is shown at the last character. */
export function rangeOf(p: Pick<ProblemItem, "start" | "end">, length: number): Range {
  let from = Math.min(Math.max(0, p.start), length);
  let to = Math.min(Math.max(from, p.end), length);
  if (from === to) {
    if (to < length) to++;
    else if (from > 0) from--;
  }
  return { from, to };
}

/** The change that makes of one text another: the part between what they start and end
    with alike, so that a cursor stays where it is. */
export function changeOf(before: string, after: string): { from: number; to: number; insert: string } | null {
  if (before === after) return null;
  let start = 0;
  const most = Math.min(before.length, after.length);
  while (start < most && before[start] === after[start]) start++;
  let end = 0;
  while (end < most - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end++;
  return { from: start, to: before.length - end, insert: after.slice(start, after.length - end) };
}
