// Windows of time: the forms that the builder shows, and how files of the segment form
// have them. A file has some as operators with keys and the others as text in the words
// of rules; windowOf reads both, and what it cannot read is kept as text.

import type { Json } from "../types.ts";
import type { Map, Operator } from "./node.ts";

export type Unit = "second" | "minute" | "hour" | "day" | "week" | "month" | "quarter" | "year";
export const units: readonly Unit[] = ["second", "minute", "hour", "day", "week", "month", "quarter", "year"];

export type Window =
  | { form: "last" | "lastFull" | "next" | "nextFull" | "moreAgo"; n: number; unit: Unit }
  | { form: "this"; unit: Unit }
  | { form: "today" | "yesterday" | "ever" }
  | { form: "since" | "after" | "before"; at: string }
  | { form: "between"; from: string; to: string }
  | { form: "ago"; n: number; m: number; unit: Unit }
  | { form: "for"; n: number; unit: Unit; m: number; unit2: Unit }
  | { form: "text"; text: string };

export type Form = Window["form"];

/** The forms in the order that people choose from, with their words. */
export const forms: readonly { form: Exclude<Form, "text">; label: string }[] = [
  { form: "last", label: "in the last" },
  { form: "lastFull", label: "in the last full" },
  { form: "this", label: "this" },
  { form: "today", label: "today" },
  { form: "yesterday", label: "yesterday" },
  { form: "between", label: "between" },
  { form: "since", label: "since" },
  { form: "after", label: "after" },
  { form: "before", label: "before" },
  { form: "ago", label: "from … to … ago" },
  { form: "moreAgo", label: "more than … ago" },
  { form: "for", label: "for … from … ago" },
  { form: "next", label: "in the next" },
  { form: "nextFull", label: "in the next full" },
  { form: "ever", label: "ever" },
];

/** A window of a form, with what another one has of use in it. */
export function windowAs(form: Form, old?: Window): Window {
  const n = old && "n" in old && old.n > 0 ? old.n : 30;
  const unit: Unit = old && "unit" in old ? old.unit : "day";
  const at = old && "at" in old ? old.at : old && "from" in old ? old.from : "";
  switch (form) {
    case "today": case "yesterday": case "ever": return { form };
    case "this": return { form, unit: old && "unit" in old ? unit : "month" };
    case "since": case "after": case "before": return { form, at };
    case "between": return { form, from: at, to: old && "to" in old ? old.to : "" };
    case "ago": return { form, n, m: n * 2, unit };
    case "for": return { form, n, unit, m: 1, unit2: "month" };
    case "text": return { form, text: "" };
    default: return { form, n, unit };
  }
}

const UNIT = "(seconds?|minutes?|hours?|days?|weeks?|months?|quarters?|years?)";
const AT = "'((?:[^']|'')*)'";

function unitOf(word: string | undefined): Unit {
  const w = (word ?? "").toLowerCase().replace(/s$/, "");
  return units.find((u) => u === w) ?? "day";
}

/** A number in a window's words; NaN where it is not filled in yet. */
function numberOf(digits: string | undefined): number {
  return digits ? Number(digits) : NaN;
}

function digits(n: number): string {
  return Number.isFinite(n) ? String(n) : "";
}

function unquote(s: string | undefined): string {
  return (s ?? "").replaceAll("''", "'");
}

function quote(s: string): string {
  return `'${s.replaceAll("'", "''")}'`;
}

/** Reads a window's words; what is none of the forms is of the form text. */
export function parseWindow(text: string): Window {
  const t = text.trim();
  const m = (pattern: string) => new RegExp(`^${pattern.replaceAll(" ", "\\s+")}$`, "i").exec(t);
  let r = m(`in (last|next) (\\d*)(\\s+full)? ${UNIT}`);
  if (r) {
    const full = r[3] !== undefined;
    const last = r[1]?.toLowerCase() === "last";
    return { form: last ? (full ? "lastFull" : "last") : full ? "nextFull" : "next", n: numberOf(r[2]), unit: unitOf(r[4]) };
  }
  if ((r = m(`this ${UNIT}`))) return { form: "this", unit: unitOf(r[1]) };
  if ((r = m("(today|yesterday|ever)"))) return { form: r[1]?.toLowerCase() as "today" };
  if ((r = m(`(since|after|before) ${AT}`))) return { form: r[1]?.toLowerCase() as "since", at: unquote(r[2]) };
  if ((r = m(`between ${AT} and ${AT}`))) return { form: "between", from: unquote(r[1]), to: unquote(r[2]) };
  if ((r = m(`(\\d*)\\s*to (\\d*) ${UNIT} ago`))) return { form: "ago", n: numberOf(r[1]), m: numberOf(r[2]), unit: unitOf(r[3]) };
  if ((r = m(`more than (\\d*) ${UNIT} ago`))) return { form: "moreAgo", n: numberOf(r[1]), unit: unitOf(r[2]) };
  if ((r = m(`for (\\d*) ${UNIT} from (\\d*) ${UNIT} ago`))) {
    return { form: "for", n: numberOf(r[1]), unit: unitOf(r[2]), m: numberOf(r[3]), unit2: unitOf(r[4]) };
  }
  return { form: "text", text };
}

function many(n: number, unit: Unit): string {
  return `${digits(n)} ${unit}${n === 1 ? "" : "s"}`;
}

/** The words of a window, as key text of files has them. */
export function printWindow(w: Window): string {
  switch (w.form) {
    case "last": return `in last ${many(w.n, w.unit)}`;
    case "lastFull": return `in last ${digits(w.n)} full ${w.unit}${w.n === 1 ? "" : "s"}`;
    case "next": return `in next ${many(w.n, w.unit)}`;
    case "nextFull": return `in next ${digits(w.n)} full ${w.unit}${w.n === 1 ? "" : "s"}`;
    case "moreAgo": return `more than ${many(w.n, w.unit)} ago`;
    case "this": return `this ${w.unit}`;
    case "since": case "after": case "before": return `${w.form} ${quote(w.at)}`;
    case "between": return `between ${quote(w.from)} and ${quote(w.to)}`;
    case "ago": return `${digits(w.n)} to ${many(w.m, w.unit)} ago`;
    case "for": return `for ${many(w.n, w.unit)} from ${many(w.m, w.unit2)} ago`;
    case "text": return w.text;
    default: return w.form;
  }
}

function whole(v: Json | undefined): number {
  return v === undefined || v === null || v === "" ? NaN : Number(v);
}

function firstPair(v: Json | undefined): [string, Json] | undefined {
  return typeof v === "object" && v !== null && !Array.isArray(v) ? Object.entries(v)[0] : undefined;
}

/** The window that an operator is; undefined of an operator that is none, or a negated one. */
export function windowOfOperator(o: Operator): Window | undefined {
  switch (o.type) {
    case "TimeWithinPast": return { form: "lastFull", n: whole(o.value ?? o.rightValue), unit: unitOf(String(o.unit ?? "")) };
    case "TimeWithinNext": return { form: "nextFull", n: whole(o.value ?? o.rightValue), unit: unitOf(String(o.unit ?? "")) };
    case "TimeToday": return { form: "today" };
    case "TimeThis": return { form: "this", unit: unitOf(String(o.unit ?? "")) };
    case "TimeRange": {
      const duration = firstPair(o.duration);
      const from = o.from;
      if (!duration || typeof from !== "object" || from === null || Array.isArray(from)) return undefined;
      return { form: "for", n: whole(duration[1]), unit: unitOf(duration[0]), m: whole(from.last), unit2: unitOf(String(from.unit ?? "")) };
    }
    case "Window": return parseWindow(String(o.text ?? ""));
  }
  return undefined;
}

/** The operator that says a window. */
export function operatorOfWindow(w: Window): Operator {
  switch (w.form) {
    case "lastFull": return { type: "TimeWithinPast", value: w.n, unit: w.unit };
    case "nextFull": return { type: "TimeWithinNext", value: w.n, unit: w.unit };
    case "today": return { type: "TimeToday" };
    case "this": return { type: "TimeThis", unit: w.unit };
    case "for": return { type: "TimeRange", duration: { [w.unit]: w.n }, from: { last: w.m, unit: w.unit2 } };
    case "between": return { type: "Between", min: w.from, max: w.to };
    default: return { type: "Window", text: printWindow(w) };
  }
}

/** The window of a behavior's key timeWindow; absent: undefined. */
export function windowOfKey(m: Map | undefined): Window | undefined {
  if (!m) return undefined;
  if (m.type === "Window" || m.text !== undefined) return parseWindow(String(m.text ?? ""));
  return { form: "lastFull", n: whole(m.duration), unit: unitOf(String(m.unit ?? "")) };
}

/** The key timeWindow of a window; absent for undefined. */
export function keyOfWindow(w: Window | undefined): Map | undefined {
  if (!w) return undefined;
  if (w.form === "lastFull") return { duration: w.n, unit: w.unit };
  return { type: "Window", text: printWindow(w) };
}

/** What of a window is not filled in yet, in words; "" for nothing. */
export function missingOf(w: Window): string {
  if ("n" in w && !(Number.isInteger(w.n) && w.n >= (w.form === "ago" ? 0 : 1))) return "a whole number";
  if (w.form === "ago" && !(Number.isInteger(w.m) && w.m > w.n)) return "two numbers, the first one less";
  if (w.form === "for" && !(Number.isInteger(w.m) && w.m >= 1)) return "a whole number";
  if ("at" in w && w.at === "") return "a date or a time";
  if (w.form === "between" && (w.from === "" || w.to === "")) return "two dates or times";
  if (w.form === "text" && w.text.trim() === "") return "a window";
  return "";
}
