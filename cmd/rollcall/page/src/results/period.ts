// The range and step of a trend: what is asked at first, and whether it can be asked.

import { n } from "../format.ts";
import { DAY, dayOf } from "../rule/span.ts";

export const steps = ["hour", "day", "week", "month", "quarter", "year"] as const;
export type Step = (typeof steps)[number];

export interface Period {
  from: string;
  to: string;
  every: Step;
}

/** The most points that a line is drawn of: more than a screen has room for. */
export const MAX_POINTS = 1_500;

const lengths: Record<Step, number> = { hour: DAY / 24, day: DAY, week: 7 * DAY, month: 30.44 * DAY, quarter: 91.3 * DAY, year: 365.25 * DAY };

const isDay = (text: string) => /^\d{4,}-\d\d-\d\d$/.test(text) && Number.isFinite(Date.parse(text));

/** How many points a period has, about; NaN where an end is no date. */
export function pointsOf(p: Period): number {
  if (!isDay(p.from) || !isDay(p.to)) return NaN;
  return Math.floor((Date.parse(p.to) - Date.parse(p.from)) / lengths[p.every]) + 1;
}

/** What is wrong with a period, in words; "" if it can be asked. */
export function wrong(p: Period): string {
  if (!isDay(p.from)) return "“From” is no date: write one as 1998-01-31.";
  if (!isDay(p.to)) return "“To” is no date: write one as 1998-01-31.";
  const points = pointsOf(p);
  if (points < 1) return "“From” is after “To”.";
  if (points > MAX_POINTS) return `That is ${n(points)} points, at most ${n(MAX_POINTS)} are drawn: choose a longer step.`;
  return "";
}

/** The step that makes about thirty points of a range. */
export function stepFor(from: string, to: string): Step {
  const days = (Date.parse(to) - Date.parse(from)) / DAY;
  if (!(days > 2)) return "hour";
  return days <= 62 ? "day" : days <= 300 ? "week" : days <= 1_300 ? "month" : days <= 4_000 ? "quarter" : "year";
}

/** The step that makes about thirty bins of days or times; days are the least, and where the
    ends are not known, months. */
export function binsFor(least: string | undefined, greatest: string | undefined): Step {
  const from = least?.slice(0, 10) ?? "", to = greatest?.slice(0, 10) ?? "";
  if (!isDay(from) || !isDay(to)) return "month";
  const step = stepFor(from, to);
  return step === "hour" ? "day" : step;
}

/** The period that is shown at first: the year before the time that is asked, or what
    there is of events in it. data is the span of the events, of null nothing is known. */
export function firstPeriod(asOf: string, data: { from: string; to: string } | null, now = Date.now()): Period {
  const day = /^\d{4,}-\d\d-\d\d/.exec(asOf)?.[0];
  const end = day ?? (data && Date.parse(data.to) < now ? data.to : dayOf(now));
  const year = dayOf(Date.parse(end) - 364 * DAY);
  const from = data && data.from > year && data.from < end ? data.from : year;
  return { from, to: end, every: stepFor(from, end) };
}
