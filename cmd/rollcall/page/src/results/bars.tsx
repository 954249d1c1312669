import { n, percent, value as shown } from "../format.ts";
import type { Breakdown, Json, Portion } from "../types.ts";
import { lift } from "./scale.ts";

interface Row {
  key: string;
  label: string;
  quiet?: boolean;
  count: number;
  share: number;
  base: number | null;
  lift: number | null;
}

/** The values of an attribute as a table with bars: how many members have each, which share
    of the audience that is, and how many times as often as among all customers. A mark on
    the bar is the share of all customers. */
export function Bars({ breakdown: b, customers }: { breakdown: Breakdown; customers: number }) {
  const row = (key: string, label: string, p: Portion, quiet?: boolean): Row =>
    ({ key, label, quiet, count: p.count, share: p.share, lift: p.lift, base: p.customers === null || customers === 0 ? null : p.customers / customers });
  const rows: Row[] = (b.values ?? []).map((v) => row(`v${JSON.stringify(v.value)}`, labelOf(v.value), v));
  if (b.empty && (b.empty.count > 0 || (b.empty.customers ?? 0) > 0)) rows.push(row("empty", "empty list", b.empty, true));
  if (b.null.count > 0 || (b.null.customers ?? 0) > 0) rows.push(row("null", "NULL", b.null, true));
  if (b.rest && b.rest.values + b.rest.count > 0) {
    rows.push({ key: "rest", label: b.rest.values > 0 ? `${n(b.rest.values)} other value${b.rest.values === 1 ? "" : "s"}` : "other values", quiet: true, count: b.rest.count, share: b.rest.share, base: null, lift: null });
  }
  if (rows.length === 0) return <p class="empty">Nobody is in this audience.</p>;
  const most = Math.max(1e-9, ...rows.map((r) => Math.max(r.share, r.base ?? 0)));
  return (
    <div class="table-wrap">
      <table class="bars">
        <caption class="sr">{b.attribute}: members by value, with their share and their lift against all customers</caption>
        <thead>
          <tr><th scope="col">{b.attribute}</th><th scope="col" class="num">Members</th><th scope="col" class="num">Share</th><th scope="col" class="num" title="Share of the audience, divided by the share of all customers">Lift</th></tr>
        </thead>
        <tbody>
          {rows.map((r) => (
            <tr key={r.key} class={r.quiet ? "quiet" : undefined}>
              <th scope="row">
                <span class="bar-label" title={r.label}>{r.label}</span>
                <span class="bar" title={r.base === null ? undefined : `${percent(r.base)} of all customers`}>
                  <i style={{ width: `${(100 * r.share) / most}%` }} />
                  {r.base !== null && <b style={{ left: `${(100 * r.base) / most}%` }} />}
                </span>
              </th>
              <td class="num">{n(r.count)}</td>
              <td class="num">{percent(r.share)}</td>
              <td class={"num lift" + (r.lift === null ? "" : r.lift >= 1.05 ? " more" : r.lift <= 0.95 ? " less" : "")}>{lift(r.lift)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function labelOf(v: Json): string {
  return v === "" ? "“” (empty text)" : shown(v);
}
