// Options for the names and values of rules.

import { valuesOf } from "../fields/values.ts";
import { n, short } from "../format.ts";
import { fields, segmentList } from "../state.ts";
import type { Attribute } from "../types.ts";
import { matching, type Option } from "../ui/combobox.tsx";

export function attributeOptions(): Option[] {
  return (fields.value?.attributes ?? []).map((a) => ({ value: a.name, hint: typeWord(a.type) }));
}

export function behaviorOptions(): Option[] {
  return (fields.value?.behaviors ?? []).map((b) => ({ value: b.name, hint: b.stats ? `${short(b.stats.events)} events` : undefined }));
}

export function segmentOptions(): Option[] {
  return segmentList.value.map((s) => ({ value: s.path }));
}

/** The fields of a behavior, its time among them. */
export function fieldsOf(behavior: string): Attribute[] {
  const b = fields.value?.behaviors.find((x) => x.name === behavior);
  return b ? [...b.fields, { name: b.time_column || "timestamp", type: "timestamp" }] : [];
}

export function typeOfAttribute(name: string): string | undefined {
  return fields.value?.attributes.find((a) => a.name === name)?.type;
}

export function typeOfField(behavior: string, column: string): string | undefined {
  if (column === "timestamp") return "timestamp";
  return fieldsOf(behavior).find((f) => f.name === column)?.type;
}

/** number (decimal(10,2)) → number: the rest matters to nobody who writes a rule. */
export function typeWord(type: string): string {
  return (type.split(" ")[0] ?? type).replace("string_array", "texts").replace("number_array", "numbers").replace("string", "text").replace("timestamp", "time");
}

/** Suggestions of values with how many have each, from the server. */
export function valueOptions(field: string) {
  return async (search: string, signal: AbortSignal): Promise<Option[]> => {
    const found = await valuesOf(field, search, 30, signal);
    return found.values.filter((v) => v.value !== null).map((v) => ({ value: String(v.value), hint: n(v.count) }));
  };
}

/** All that a condition can be about, as keys: a:attribute, b:behavior, s:segment. */
export function conditionOptions(search: string): Option[] {
  const all: Option[] = [
    ...attributeOptions().map((o) => ({ ...o, label: o.value, value: `a:${o.value}`, group: "Attributes" })),
    ...behaviorOptions().map((o) => ({ ...o, label: o.value, value: `b:${o.value}`, group: "Behaviors" })),
    ...segmentOptions().map((o) => ({ ...o, label: o.value, value: `s:${o.value}`, group: "Segments" })),
  ];
  const hits = matching(all, search);
  const groups = [...new Set(hits.map((o) => o.group))]; // The best match's group comes first.
  return groups.flatMap((g) => hits.filter((o) => o.group === g));
}
