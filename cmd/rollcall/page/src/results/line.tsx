import { n, short, time } from "../format.ts";
import type { Trend } from "../types.ts";
import { Plot } from "./plot.tsx";
import { places, ticks, timeLabel } from "./scale.ts";

const H = 190, TOP = 10, BOTTOM = 22, LEFT = 42, RIGHT = 10;

/** The line of a trend, from zero up: a point for every time that was asked. */
export function Line({ trend, label }: { trend: Trend; label: string }) {
  const points = trend.points;
  const axis = ticks(Math.max(1, ...points.map((p) => p.count)), 4);
  const most = axis.at(-1) ?? 1;
  const y = (v: number) => TOP + (H - TOP - BOTTOM) * (1 - v / most);
  const x = (i: number, w: number) => (points.length === 1 ? (LEFT + w - RIGHT) / 2 : LEFT + ((w - LEFT - RIGHT) * i) / (points.length - 1));
  const told = (i: number) => {
    const p = points[i], before = points[i - 1];
    if (!p) return null;
    const change = before ? p.count - before.count : null;
    return <><strong>{time(p.as_of)}</strong>: {n(p.count)}{change !== null && <> · {change === 0 ? "as before" : `${change > 0 ? "+" : "−"}${n(Math.abs(change))} since ${time(before?.as_of)}`}</>}</>;
  };
  const least = Math.min(...points.map((p) => p.count)), greatest = Math.max(...points.map((p) => p.count));
  return (
    <Plot
      label={label} n={points.length} height={H} told={told} first={(w) => x(0, w)} last={(w) => x(points.length - 1, w)}
      rest={<>{n(points.length)} points, from {n(least)} to {n(greatest)} members</>}
    >
      {(w, active) => {
        const path = points.map((p, i) => `${i === 0 ? "M" : "L"}${x(i, w).toFixed(1)} ${y(p.count).toFixed(1)}`).join("");
        const at = points[active];
        return (
          <>
            {axis.map((t) => <g key={t}><line class="grid" x1={LEFT} x2={w - RIGHT} y1={y(t)} y2={y(t)} /><text class="tick" x={LEFT - 6} y={y(t) + 4} text-anchor="end">{short(t)}</text></g>)}
            {places(points.length, Math.max(2, Math.floor((w - LEFT) / 78))).map((i) => {
              const left = x(i, w);
              return left + 30 <= w ? <text key={i} class="tick" x={left} y={H - 5} text-anchor="middle">{timeLabel(points[i]?.as_of ?? "", trend.every)}</text> : null;
            })}
            <path class="area" d={`${path}L${x(points.length - 1, w).toFixed(1)} ${y(0)}L${x(0, w).toFixed(1)} ${y(0)}Z`} />
            <path class="line" d={path} />
            {points.length <= 40 && points.map((p, i) => <circle key={i} class="dot" cx={x(i, w)} cy={y(p.count)} r={2.5} />)}
            {at && <><line class="cross" x1={x(active, w)} x2={x(active, w)} y1={TOP} y2={y(0)} /><circle class="dot on" cx={x(active, w)} cy={y(at.count)} r={4.5} /></>}
          </>
        );
      }}
    </Plot>
  );
}
