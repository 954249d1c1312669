// The report of a load, as a table: what was read of each table, and what was left out.

import { n } from "../format.ts";
import { isMap, numberIn } from "../json.ts";
import type { Json } from "../types.ts";

export interface ReportRow {
  table: string;
  use: string;
  names: string;
  rows: number;
  loaded: number;
  /** What was left out, or is odd, with counts. */
  left: string[];
}

const reasons: readonly [string, string][] = [
  ["null_keys", "without a key"], ["filtered", "filtered"], ["orphans", "of unknown customers"], ["expired", "too old"], ["undated", "undated"],
  ["nan", "not a number"], ["sub_micros", "finer than a microsecond"],
];

/** The rows of a report; of what is none, no row. */
export function rowsOf(report: Json | undefined): ReportRow[] {
  if (!isMap(report) || !Array.isArray(report.tables)) return [];
  return report.tables.filter(isMap).map((t) => ({
    table: String(t.table ?? ""), use: String(t.use ?? ""), names: Array.isArray(t.names) ? t.names.join(", ") : "",
    rows: numberIn(t, "rows"), loaded: numberIn(t, "loaded"),
    left: reasons.flatMap(([key, text]) => (numberIn(t, key) > 0 ? [`${n(numberIn(t, key))} ${text}`] : [])),
  }));
}
