import { edge, n, percent, short } from "../format.ts";
import type { Breakdown } from "../types.ts";
import { Table } from "../ui/table.tsx";
import { AsTable, Plot } from "./plot.tsx";
import { lift, places, ticks } from "./scale.ts";

const H = 150, TOP = 8, BOTTOM = 20, LEFT = 40, RIGHT = 4;

/** A histogram of numbers or of times. Bars are the members; the line over each is how many
    there would be if the audience was as all customers are. */
export function Bins({ breakdown: b, members, customers, label }: { breakdown: Breakdown; members: number; customers: number; label: string }) {
  const bins = b.bins ?? [];
  if (bins.length === 0) return <p class="empty">Nobody in this audience has a value.</p>;
  const expected = bins.map((x) => (x.customers === null || customers === 0 ? null : (x.customers / customers) * members));
  const axis = ticks(Math.max(1, ...bins.map((x) => x.count), ...expected.map((e) => e ?? 0)), 3);
  const most = axis.at(-1) ?? 1;
  const y = (v: number) => TOP + (H - TOP - BOTTOM) * (1 - v / most);
  const step = (w: number) => (w - LEFT - RIGHT) / bins.length;
  const span = (i: number) => `${edge(bins[i]?.from)} ${b.bins?.[i]?.to_included ? "to" : "to before"} ${edge(bins[i]?.to)}`;
  const told = (i: number) => {
    const x = bins[i];
    return x && <><strong>{span(i)}</strong>: {n(x.count)} · {percent(x.share)}{x.lift !== null && <> · lift {lift(x.lift)}</>}</>;
  };
  const last = bins[bins.length - 1];
  return (
    <>
      <Plot
        label={label} n={bins.length} height={H} told={told}
        rest={<>{n(members - b.null.count)} members in {bins.length} bins{b.null.count > 0 && <>, {n(b.null.count)} NULL ({percent(b.null.share)})</>}</>}
        first={(w) => LEFT + step(w) / 2} last={(w) => w - RIGHT - step(w) / 2}
      >
        {(w, active) => (
          <>
            {axis.map((t) => <g key={t}><line class="grid" x1={LEFT} x2={w - RIGHT} y1={y(t)} y2={y(t)} /><text class="tick" x={LEFT - 6} y={y(t) + 4} text-anchor="end">{short(t)}</text></g>)}
            {bins.map((x, i) => {
              const left = LEFT + i * step(w), wide = Math.max(1, step(w) - (bins.length > 60 ? 0 : 1.5)), e = expected[i];
              return (
                <g key={i}>
                  {i === active && <rect class="under" x={left} width={step(w)} y={TOP} height={H - TOP - BOTTOM} />}
                  {x.count > 0 && <rect class="bin" x={left + (step(w) - wide) / 2} width={wide} y={Math.min(y(x.count), y(0) - 1)} height={Math.max(1, y(0) - y(x.count))} />}
                  {e !== null && e !== undefined && (e > most / 100 || (e > 0 && x.count > 0)) && <line class="expected" x1={left} x2={left + step(w)} y1={y(e)} y2={y(e)} />}
                </g>
              );
            })}
            {places(bins.length, Math.max(2, Math.floor((w - LEFT) / 84))).map((i) => {
              const at = LEFT + i * step(w);
              return at + 70 < w || i === 0 ? <text key={i} class="tick" x={at} y={H - 5}>{edge(bins[i]?.from)}</text> : null;
            })}
            <text class="tick" x={w - RIGHT} y={H - 5} text-anchor="end">{bins.length > 1 && ((bins.length - (places(bins.length, Math.max(2, Math.floor((w - LEFT) / 84))).at(-1) ?? 0)) * step(w) > 150) ? edge(last?.to) : ""}</text>
          </>
        )}
      </Plot>
      <p class="legend tiny muted"><span class="key-bin" /> members <span class="key-expected" /> as among all customers</p>
      <AsTable>
        {() => (
          <Table
            caption={`${b.attribute}: members by bin`} rows={bins} keyOf={(_, i) => i} columns={[
              { head: b.attribute, cell: (_, i) => span(i) },
              { head: "Members", number: true, cell: (x) => n(x.count) },
              { head: "Share", number: true, cell: (x) => percent(x.share) },
              { head: "Lift", number: true, cell: (x) => lift(x.lift) },
            ]}
          />
        )}
      </AsTable>
    </>
  );
}
