// Axes of pictures: round ticks, and where a value stands.

/** Round steps from 0 up to at least most: 1, 2 or 5 times a power of ten, whole numbers.
    There are at most `count` steps; of nothing there is one step. */
export function ticks(most: number, count = 4): number[] {
  if (!(most > 0) || !Number.isFinite(most)) return [0, 1];
  const raw = most / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = Math.max(1, [1, 2, 5, 10].map((m) => m * power).find((s) => s >= raw * (1 - 1e-9)) ?? 10 * power);
  const out = [0];
  while ((out.at(-1) ?? 0) < most) out.push(Math.round(out.length * step));
  return out;
}

/** At most `count` places of 0 … n−1, evenly spread, the first always among them. */
export function places(n: number, count: number): number[] {
  if (n <= 0 || count <= 0) return [];
  const step = Math.ceil(n / count);
  const out: number[] = [];
  for (let i = 0; i < n; i += step) out.push(i);
  return out;
}

/** The place of n that lies nearest to x, where 0 … n−1 are spread over from … to. */
export function nearest(x: number, from: number, to: number, n: number): number {
  if (n <= 1 || to <= from) return 0;
  const at = Math.round(((x - from) / (to - from)) * (n - 1));
  return Math.min(n - 1, Math.max(0, at));
}

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** The label of a time on an axis, as short as its step allows: 1998, Q2 1998, Mar 1998, 3 Mar, 14:00.
    The time is as the server wrote it, in the parent segment's zone. */
export function timeLabel(rfc3339: string, every: string): string {
  const m = /^(\d{4,})-(\d\d)-(\d\d)(?:T(\d\d:\d\d))?/.exec(rfc3339);
  if (!m) return rfc3339;
  const [, year = "", month = "01", day = "01", clock] = m;
  const name = months[Number(month) - 1] ?? month;
  switch (every) {
    case "year": return year;
    case "quarter": return `Q${Math.floor((Number(month) - 1) / 3) + 1} ${year}`;
    case "month": return `${name} ${year}`;
    case "hour": return `${Number(day)} ${name}${clock ? ` ${clock}` : ""}`;
    default: return `${Number(day)} ${name}`;
  }
}

/** Lift in words' place: 1.17×, 32×; without one, a dash. */
export function lift(v: number | null | undefined): string {
  if (v === null || v === undefined || !Number.isFinite(v)) return "–";
  return `${v >= 100 ? Math.round(v) : v >= 10 ? v.toFixed(1) : v.toFixed(2)}×`;
}
