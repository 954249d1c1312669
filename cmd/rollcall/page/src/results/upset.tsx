import { n, percent, short } from "../format.ts";
import type { Overlap } from "../types.ts";
import { Table } from "../ui/table.tsx";
import { AsTable, Plot } from "./plot.tsx";
import { ticks } from "./scale.ts";
import { HEAD, LEFT, layout, regionsOf, room, words } from "./upset.ts";

export const letter = (i: number) => String.fromCharCode(65 + i);

/** An UpSet plot: how many customers have just these rules in common, the most first. */
export function UpSet({ overlap, names }: { overlap: Overlap; names: string[] }) {
  const all = regionsOf(overlap, Infinity).shown;
  const rules = overlap.rules.length;
  const axis = ticks(Math.max(1, all[0]?.count ?? 1), 3);
  const most = axis.at(-1) ?? 1, top = 8;
  const y = (v: number) => top + (HEAD - top) * (1 - v / most);
  const height = layout(1, rules, 300).height;
  const said = (i: number) => {
    const r = all[i];
    return r && <><strong>{n(r.count)}</strong> customers ({percent(r.count / Math.max(1, overlap.count))}) are {words(r, names)}</>;
  };
  const fit = (w: number) => Math.min(all.length, room(w));
  return (
    <>
      <Plot
        label="Overlap of the rules" n={all.length} height={height} told={said}
        first={(w) => layout(fit(w), rules, w).x(0)} last={(w) => { const l = layout(fit(w), rules, w); return l.x(fit(w) - 1) + (all.length - fit(w)) * (l.x(1) - l.x(0)); }}
        rest={<>{n(overlap.count)} customers in any of them, {n(overlap.common)} in all</>}
      >
        {(w, active) => {
          const { shown, hidden } = regionsOf(overlap, room(w));
          const l = layout(shown.length, rules, w);
          return (
            <>
              {axis.map((t) => <g key={t}><line class="grid" x1={LEFT} x2={w} y1={y(t)} y2={y(t)} /><text class="tick" x={LEFT - 6} y={y(t) + 4} text-anchor="end">{short(t)}</text></g>)}
              {overlap.rules.map((_, j) => (
                <g key={j}>
                  {j % 2 === 0 && <rect class="stripe" x={0} width={w} y={l.y(j) - 11} height={22} rx={4} />}
                  <text class="set-letter" x={LEFT - 14} y={l.y(j) + 4} text-anchor="end">{letter(j)}</text>
                </g>
              ))}
              {shown.map((r, i) => {
                const low = Math.min(...r.rules), high = Math.max(...r.rules), x = l.x(i);
                return (
                  <g key={i} class={i === active ? "column on" : "column"}>
                    <rect class="bin" x={x - l.bar / 2} width={l.bar} y={Math.min(y(r.count), y(0) - 1)} height={Math.max(1, y(0) - y(r.count))} rx={1.5} />
                    {l.bar >= 22 && <text class="bar-count" x={x} y={y(r.count) - 4} text-anchor="middle">{short(r.count)}</text>}
                    {overlap.rules.map((_, j) => <circle key={j} class={r.rules.includes(j) ? "in" : "out"} cx={x} cy={l.y(j)} r={5} />)}
                    {high > low && <line class="joins" x1={x} x2={x} y1={l.y(low)} y2={l.y(high)} />}
                  </g>
                );
              })}
              {hidden.regions > 0 && <text class="tick" x={w} y={top + 4} text-anchor="end">{`and ${n(hidden.regions)} smaller`}</text>}
            </>
          );
        }}
      </Plot>
      <AsTable>
        {() => (
          <Table
            caption="Customers by the rules that they have in common" rows={all} keyOf={(_, i) => i}
            columns={[{ head: "Rules", cell: (r) => r.rules.map((i) => letter(i)).join(" ∩ ") + (r.rules.length < rules ? " alone" : "") }, { head: "Customers", number: true, cell: (r) => n(r.count) }, { head: "Share", number: true, cell: (r) => percent(r.count / Math.max(1, overlap.count)) }]}
          />
        )}
      </AsTable>
    </>
  );
}
