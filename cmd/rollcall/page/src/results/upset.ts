// The layout of an UpSet plot: a column for each region of the customers that have the
// same rules in common, with a bar above and a dot for each rule; a row for each rule.

import type { Overlap } from "../types.ts";

export interface Region {
  /** Places of the rules, from 0. */
  rules: number[];
  count: number;
}

export interface Layout {
  width: number;
  height: number;
  /** The column of region i, its middle; and the row of rule j, its middle. */
  x: (i: number) => number;
  y: (j: number) => number;
  /** How wide bars are, how high the part with bars is, and where columns start. */
  bar: number;
  bars: number;
  left: number;
}

/** The regions that have members, the largest first; what there is no room for is told
    apart. Places of rules are from 0 here, the server counts from 1. */
export function regionsOf(o: Pick<Overlap, "regions">, room: number): { shown: Region[]; hidden: { regions: number; count: number } } {
  const all = o.regions
    .filter((r) => r.count > 0)
    .map((r) => ({ rules: r.rules.map((i) => i - 1), count: r.count }))
    .sort((a, b) => b.count - a.count || a.rules.length - b.rules.length || (a.rules[0] ?? 0) - (b.rules[0] ?? 0));
  const shown = all.slice(0, Math.max(1, room));
  const rest = all.slice(shown.length);
  return { shown, hidden: { regions: rest.length, count: rest.reduce((sum, r) => sum + r.count, 0) } };
}

export const COLUMN = 22, ROW = 22, HEAD = 130, LEFT = 40, EDGE = 8;

/** How many columns fit into a width. */
export function room(width: number): number {
  return Math.max(1, Math.floor((width - LEFT - EDGE) / COLUMN));
}

export function layout(regions: number, rules: number, width: number): Layout {
  const step = Math.min(46, Math.max(COLUMN, (width - LEFT - EDGE) / Math.max(1, regions)));
  return {
    width, height: HEAD + 10 + rules * ROW + 4, left: LEFT, bars: HEAD, bar: Math.min(26, step - 8),
    x: (i) => LEFT + step * (i + 0.5),
    y: (j) => HEAD + 10 + ROW * (j + 0.5),
  };
}

/** A region in words: only in A; in A and B, not in C. */
export function words(region: Region, names: string[]): string {
  const inside = region.rules.map((i) => names[i] ?? `rule ${i + 1}`);
  const outside = names.filter((_, i) => !region.rules.includes(i));
  if (inside.length === 1) return `only in ${inside[0]}`;
  if (outside.length === 0) return `in all ${inside.length}`;
  return `in ${inside.slice(0, -1).join(", ")} and ${inside.at(-1)} alone`;
}
