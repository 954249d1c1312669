// Numbers and times as people read them; the same everywhere in the page.

const whole = new Intl.NumberFormat("en-US");
const hundredths = new Intl.NumberFormat("en-US", { maximumFractionDigits: 2 });
const fine = new Intl.NumberFormat("en-US", { maximumFractionDigits: 3 });
const compact = new Intl.NumberFormat("en-US", { notation: "compact", maximumSignificantDigits: 3 });

/** 23,570 */
export function n(value: number): string {
  return whole.format(value);
}

/** 1.23M: where there is little room. */
export function short(value: number): string {
  return value < 10_000 ? whole.format(value) : compact.format(value);
}

/** An edge of a bin, as short as it can be told: numbers with separators, days without midnights. */
export function edge(v: unknown): string {
  if (typeof v === "number") return (Math.abs(v) < 10 ? fine : hundredths).format(v);
  if (typeof v === "string") return v.replace(/T00:00:00(Z|[-+]\d\d:\d\d)$/, "").replace(/T(\d\d:\d\d).*$/, " $1");
  return v === null || v === undefined ? "" : String(v);
}

/** 0.0312 → 3.1 %; what is not 0 is never shown as 0. */
export function percent(share: number): string {
  if (!Number.isFinite(share)) return "–";
  const p = share * 100;
  if (p > 0 && p < 0.1) return "< 0.1 %";
  if (p < 100 && p > 99.9) return "> 99.9 %";
  const tenths = Math.round(p * 10) / 10;
  return `${tenths >= 10 || p === 0 ? tenths : tenths.toFixed(1)} %`;
}

/** 412 µs, 1.8 ms, 2.4 s */
export function micros(us: number): string {
  if (us < 1_000) return `${Math.round(us)} µs`;
  if (us < 1_000_000) return `${(us / 1_000).toFixed(us < 10_000 ? 1 : 0)} ms`;
  return `${(us / 1_000_000).toFixed(1)} s`;
}

/** 1998-07-01 00:00: a time as the server gives it, in its own offset; midnights lose the hour. */
export function time(rfc3339: string | null | undefined): string {
  if (!rfc3339) return "–";
  const m = /^(\d{4,}-\d\d-\d\d)(?:T(\d\d:\d\d)(:\d\d)?)?/.exec(rfc3339);
  if (!m) return rfc3339;
  return m[2] && m[2] + (m[3] ?? "") !== "00:00:00" ? `${m[1]} ${m[2]}` : (m[1] ?? rfc3339);
}

/** 3 hours ago, in 2 days; of times within a minute, now. */
export function ago(rfc3339: string | null | undefined, now = Date.now()): string {
  if (!rfc3339) return "never";
  const s = (Date.parse(rfc3339) - now) / 1_000;
  if (!Number.isFinite(s)) return rfc3339;
  const steps: [number, string][] = [[60, "second"], [60, "minute"], [24, "hour"], [30, "day"], [12, "month"], [Infinity, "year"]];
  let value = Math.abs(s);
  for (const [size, unit] of steps) {
    if (value < size || size === Infinity) {
      if (unit === "second") return "just now";
      const v = Math.floor(value);
      const text = `${v} ${unit}${v === 1 ? "" : "s"}`;
      return s < 0 ? `${text} ago` : `in ${text}`;
    }
    value /= size;
  }
  return rfc3339;
}

/** A value of a column: NULL, lists and objects in words. */
export function value(v: unknown): string {
  if (v === null || v === undefined) return "NULL";
  if (typeof v === "number") return String(v);
  if (typeof v === "string") return v;
  if (Array.isArray(v)) return v.map(value).join(", ");
  return JSON.stringify(v);
}
