import { edge, n } from "../format.ts";
import type { Breakdown, Json } from "../types.ts";

const W = 220, H = 56;

function position(v: Json): number {
  return typeof v === "number" ? v : typeof v === "string" && /^[-+]?[\d.]+$/.test(v) ? Number(v) : Date.parse(String(v));
}

/** Where the bins stand: by what they hold, since bins of few may have been joined or left
    out; side by side where that cannot be told. */
function placesOf(bins: readonly { from: Json; to: Json }[]): { x: number; width: number }[] {
  const edges = bins.map((b) => ({ from: position(b.from), to: position(b.to) }));
  const least = Math.min(...edges.map((e) => e.from)), all = Math.max(...edges.map((e) => e.to)) - least;
  if (!(all > 0) || edges.some((e) => e.to <= e.from)) return bins.map((_, i) => ({ x: (i * W) / bins.length, width: W / bins.length }));
  return edges.map((e) => ({ x: ((e.from - least) / all) * W, width: ((e.to - e.from) / all) * W }));
}

/** A small histogram: everybody in a light tone, the audience within it in a strong one. */
export function Histogram({ breakdown, name, audience, least, greatest }: {
  breakdown: Breakdown; name: string; audience: boolean; least?: string; greatest?: string;
}) {
  const bins = breakdown.bins ?? (breakdown.values ?? []).map((v) => ({ ...v, from: v.value, to: v.value, to_included: true }));
  if (bins.length === 0) return <p class="tiny muted">Nobody has a value.</p>;
  const all = bins.map((b) => b.customers ?? b.count);
  const most = Math.max(1, ...all, ...bins.map((b) => b.count));
  const places = placesOf(bins);
  // Long tails would vanish: heights are of the square root.
  const height = (c: number) => (c === 0 ? 0 : Math.max(1, Math.sqrt(c / most) * H));
  const x = (i: number) => places[i]?.x ?? 0, width = (i: number) => places[i]?.width ?? 0;
  const bar = (c: number, i: number, cls: string) =>
    c > 0 && <rect class={cls} x={x(i) + 0.5} width={Math.max(width(i) - 1, 0.75)} y={H - height(c)} height={height(c)} />;
  const first = bins[0], last = bins[bins.length - 1];
  return (
    <figure class="histogram">
      <svg viewBox={`0 0 ${W} ${H}`} preserveAspectRatio="none" role="img" aria-label={`Histogram of ${name}, ${bins.length} bins from ${edge(first?.from ?? null)} to ${edge(last?.to ?? null)}`}>
        {bins.map((b, i) => (
          <g key={i}>
            <title>{`${edge(b.from)} – ${edge(b.to)}: ${audience ? `${n(b.count)} of ` : ""}${n(all[i] ?? 0)} customers`}</title>
            <rect x={x(i)} width={width(i)} y={0} height={H} fill="transparent" />
            {bar(all[i] ?? 0, i, "all")}
            {audience && bar(b.count, i, "some")}
          </g>
        ))}
      </svg>
      <figcaption class="row tiny muted num"><span>{least ?? edge(first?.from ?? null)}</span><span class="right">{greatest ?? edge(last?.to ?? null)}</span></figcaption>
    </figure>
  );
}
