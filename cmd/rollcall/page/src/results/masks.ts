// How columns are shown whose values the server has hidden. It answers the masked values
// themselves: *** for redacted ones, and the hexadecimal digits of a hash.

import type { Json } from "../types.ts";

export type Mask = "clear" | "hash" | "redact";

const HASH = /^[0-9a-f]{64}$/;
const REDACTED = "***";

/** How a single value is hidden; NULL never is. */
export function maskOf(v: Json | undefined): Mask {
  if (v === REDACTED) return "redact";
  return typeof v === "string" && HASH.test(v) ? "hash" : "clear";
}

/** How each column of some rows is hidden: as all of its values are that are not NULL. */
export function masksOf(columns: number, rows: readonly Json[][]): Mask[] {
  return Array.from({ length: columns }, (_, i) => {
    const masks = new Set(rows.flatMap((r) => (r[i] === null || r[i] === undefined ? [] : [maskOf(r[i])])));
    const [only] = masks;
    return masks.size === 1 && only ? only : "clear";
  });
}
