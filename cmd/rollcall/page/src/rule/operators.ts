// Which operators a column can have, by its type, and what values they want.

import type { Json } from "../types.ts";
import type { Operator, Quant } from "./node.ts";
import { operatorOfWindow, windowAs, windowOfOperator, type Form, forms } from "./window.ts";

export type Kind = "string" | "number" | "boolean" | "date" | "timestamp";

/** The kind of values that a type has: of a list its elements'. */
export function kindOf(type: string): Kind {
  const word = type.split(/[ (]/)[0] ?? "";
  const base = word.replace(/_array$/, "");
  return base === "number" || base === "boolean" || base === "date" || base === "timestamp" ? base : "string";
}

export function isList(type: string): boolean {
  return /^\w+_array\b/.test(type);
}

/** A choice of the operator list. Windows are choices of their own, with the key w:FORM. */
export interface Choice {
  key: string;
  label: string;
  group?: string;
}

const compare: Choice[] = [
  { key: "Equal", label: "is" }, { key: "NotEqual", label: "is not" }, { key: "Greater", label: ">" }, { key: "GreaterEqual", label: "≥" },
  { key: "Less", label: "<" }, { key: "LessEqual", label: "≤" }, { key: "Between", label: "between" }, { key: "Between!", label: "not between" },
];
const lists: Choice[] = [{ key: "In", label: "is one of" }, { key: "NotIn", label: "is none of" }];
const nulls: Choice[] = [{ key: "IsNull", label: "is null" }, { key: "IsNull!", label: "is not null" }];
const texts: Choice[] = [
  { key: "Contain", label: "contains" }, { key: "Contain!", label: "does not contain" }, { key: "StartWith", label: "starts with" },
  { key: "StartWith!", label: "does not start with" }, { key: "EndWith", label: "ends with" }, { key: "EndWith!", label: "does not end with" },
  { key: "Regexp", label: "matches" }, { key: "Regexp!", label: "does not match" },
];
const windowChoices: Choice[] = forms.filter((f) => f.form !== "between" && f.form !== "ever" && f.form !== "after" && f.form !== "before")
  .map((f) => ({ key: `w:${f.form}`, label: f.label, group: "Window" }));
const timeCompare: Choice[] = compare.map((c) =>
  ({ ...c, group: "Compare", label: { ">": "after", "≥": "on or after", "<": "before", "≤": "on or before" }[c.label] ?? c.label }));

/** The operators of a type of attributes or fields. */
export function choicesOf(type: string): Choice[] {
  switch (kindOf(type)) {
    case "string": return [...compare.slice(0, 2), ...lists, ...texts, ...compare.slice(2), ...nulls];
    case "number": return [...compare, ...lists, ...nulls];
    case "boolean": return [{ key: "", label: "is true" }, { key: "false", label: "is false" }, ...nulls];
    default: return [...windowChoices, ...timeCompare, ...nulls.map((c) => ({ ...c, group: "Other" })), ...lists.map((c) => ({ ...c, group: "Other" }))];
  }
}

/** The operators that the value of an aggregation can have. */
export function aggregateChoices(kind: Kind): Choice[] {
  const list = kind === "number" ? compare : timeCompare.map(({ group: _group, ...c }) => c);
  return list.map((c) => (c.key === "Equal" && kind === "number" ? { ...c, label: "=" } : c.key === "NotEqual" && kind === "number" ? { ...c, label: "≠" } : c));
}

/** The choice that an operator is; "?" for one that the list does not have. */
export function choiceOf(o: Operator | undefined, kind: Kind): string {
  if (!o) return kind === "boolean" ? "" : "?";
  const not = o.not === true;
  if (kind === "boolean" && o.type === "Equal") return String(o.value) === "false" !== not ? "false" : "";
  const w = windowOfOperator(o);
  if (w) return not ? "?" : `w:${w.form}`;
  if (o.type === "NotEqual" && not) return "Equal";
  if (o.type === "Equal" && not) return "NotEqual";
  if (o.type === "In" && not) return "NotIn";
  if (o.type === "NotIn" && not) return "In";
  return o.type + (not ? "!" : "");
}

/** The values of an operator, as a list. */
export function valuesOf(o: Operator | undefined): Json[] {
  if (!o) return [];
  const v = o.value ?? o.rightValue ?? o.rightValues;
  if (v === undefined || v === null) return [];
  return Array.isArray(v) ? v : [v];
}

const listed = new Set(["In", "NotIn", "Contain", "StartWith", "EndWith"]);

export function takesList(o: Operator): boolean {
  return listed.has(o.type);
}

/** The operator of a choice, with the values of the one before as far as they fit. */
export function operatorAs(key: string, old: Operator | undefined): Operator | undefined {
  if (key === "") return undefined;
  if (key === "false") return { type: "Equal", value: false };
  if (key.startsWith("w:")) return operatorOfWindow(windowAs(key.slice(2) as Form, old && windowOfOperator(old)));
  const not = key.endsWith("!");
  const type = not ? key.slice(0, -1) : key;
  const out: Operator = not ? { type, not: true } : { type };
  const before = old && !windowOfOperator(old) ? (old.type === "Between" ? [old.min, old.max].filter((v) => v !== undefined && v !== "") as Json[] : valuesOf(old)) : [];
  if (type === "IsNull") return out;
  if (type === "Between") return { ...out, min: before[0] ?? "", max: before[1] ?? "" };
  if (listed.has(type)) return { ...out, value: before };
  const [first] = before;
  return first === undefined ? out : { ...out, value: first }; // No value is not the empty text.
}

/** What an operator's value is called where one is missing; "" if all is there. */
export function missingValue(o: Operator): string {
  if (o.type === "IsNull" || windowOfOperator(o)) return "";
  if (o.type === "Between") {
    return (o.min === "" || o.min === undefined) && (o.max === "" || o.max === undefined) ? "two bounds" : o.min === "" || o.max === "" ? "the other bound" : "";
  }
  const values = valuesOf(o);
  if (values.length === 0) return takesList(o) ? "one value or more" : "a value";
  return !takesList(o) && values[0] === "" && o.type !== "Equal" && o.type !== "NotEqual" ? "a value" : "";
}

/** A typed text as the value of a column: exact numbers stay numbers, others text. */
export function valueFrom(text: string, kind: Kind): Json {
  if (kind === "number" && /^-?(0|[1-9]\d*)(\.\d+)?$/.test(text) && String(Number(text)) === text) return Number(text);
  return text;
}

/** Says whether a typed text can be a value of a kind. */
export function fits(text: string, kind: Kind): boolean {
  if (kind === "number") return /^[-+]?\d+(\.\d+)?([eE][-+]?\d+)?$/.test(text.trim());
  if (kind === "date" || kind === "timestamp") return /^\d{4,}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[-+]\d\d:\d\d)?)?$/.test(text.trim());
  return true;
}

export const quantKeys = ["any", "all", "atLeast", "atMost", "exactly"] as const;
export type QuantKey = (typeof quantKeys)[number];

export function quantKey(q: Quant | undefined): QuantKey {
  if (q === undefined || q === "any") return "any";
  if (q === "all") return "all";
  return "atLeast" in q ? "atLeast" : "atMost" in q ? "atMost" : "exactly";
}

export function quantNumber(q: Quant | undefined): number {
  return typeof q === "object" ? Object.values(q)[0] ?? 1 : 1;
}

export function quantAs(key: QuantKey, n: number): Quant | undefined {
  if (key === "any") return undefined;
  return key === "all" ? "all" : ({ [key]: n } as Quant);
}

export interface Aggregate {
  key: string;
  label: string;
  /** Which fields it can be of; undefined: it has none. */
  fields?: (type: string) => boolean;
}

/** What events can come to; "" is at least one. */
export const aggregates: readonly Aggregate[] = [
  { key: "", label: "at least once" },
  { key: "Count", label: "times" },
  { key: "CountDistinct", label: "different", fields: (t) => !isList(t) },
  { key: "CountDistinctDays", label: "different days" },
  { key: "Sum", label: "sum of", fields: (t) => kindOf(t) === "number" && !isList(t) },
  { key: "Average", label: "average of", fields: (t) => kindOf(t) === "number" && !isList(t) },
  { key: "Min", label: "least", fields: (t) => kindOf(t) !== "string" && kindOf(t) !== "boolean" && !isList(t) },
  { key: "Max", label: "greatest", fields: (t) => kindOf(t) !== "string" && kindOf(t) !== "boolean" && !isList(t) },
  { key: "First", label: "for the first time" },
  { key: "Last", label: "for the last time" },
];

/** Says whether the values of a list operator are whole values, and not parts of them. */
export function wholeValues(type: string): boolean {
  return type === "In" || type === "NotIn";
}
